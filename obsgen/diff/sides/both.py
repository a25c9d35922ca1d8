"""The two trees that are compared: of a commit, of a folder, or freshly rendered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from obsgen.cores import Progress
from obsgen.diff.sides.asked import ROOTS, Asked, Comparison, Sides
from obsgen.diff.sides.folders import folders
from obsgen.diff.sides.git import Git, git_at
from obsgen.diff.sides.profiles import inside, may_be_profile, naming
from obsgen.diff.sides.sources import AtCommit, OnDisk, Source
from obsgen.diff.sides.stacks import Work, stacks
from obsgen.findings import ObsgenError


@contextmanager
def comparison(asked: Asked, here: Path, progress: Progress, *, every: bool = False) -> Iterator[Comparison]:
    """Both sides, in folders that are there as long as the context lasts. ObsgenError if one of them cannot be had.

    With `every` stack, stacks are not left out if they are the same; then one side alone will do.
    """
    git = git_at(here)
    home = _home(here.resolve(), git)
    paths = [os.path.relpath(here.resolve() / each, home) for each in asked.paths]
    asked = replace(asked, templates=tuple((here / each).resolve() for each in asked.templates))
    with TemporaryDirectory(prefix="obsgen-diff-") as name:
        room = Path(name).resolve()
        new = _source(asked.head, here, home, git, room / "head") if asked.head else OnDisk(home)
        old = new if every and not asked.base else _source(asked.base, here, home, git, room / "base")
        paths = [each for path in paths for each in _profiles(path, old, new)]
        if any(_is_manifest(new, path) or _is_manifest(old, path) for path in paths):
            before, now = folders(paths, old, new)
            found, folder = Comparison((Sides(before, now, asked, room),), (old.label, new.label)), now.tree.folder
        else:
            found, folder = stacks(paths, old, new, Work(asked, room, progress, every)), new.bring(())
        notes = (*filter(None, [old.doubt]), *found.notes)
        yield replace(found, notes=notes, top=_top(new, git, home), home=folder)


def _top(source: Source, git: Git | None, home: Path) -> Path:
    """The folder of the repository that a side is of."""
    if isinstance(source, AtCommit):
        return source.room
    return git.root.resolve() if git else home


def _home(here: Path, git: Git | None) -> Path:
    """The folder that trees and profiles lie in: this one, or the nearest above it in the repository."""
    top = git.root.resolve() if git else here
    above = [each for each in (here, *here.parents) if each.is_relative_to(top)]
    return next((each for each in above if any((each / name).is_dir() for name in ("profiles", *ROOTS))), here)


def _source(name: str | None, here: Path, home: Path, git: Git | None, room: Path) -> Source:
    """What a name stands for: a commit if git knows one of that name, else a folder."""
    folder = here / name if name else None
    is_path = bool(name and folder and folder.is_dir())
    if name and folder and is_path and (git is None or os.sep in name or name in (".", "..") or not git.knows(name)):
        return OnDisk(folder.resolve(), name)
    if folder and folder.is_file() and not (git and git.knows(str(name))):
        raise ObsgenError(f"{name} is a file: name a folder or a commit to compare with")
    if git is None:
        there = f"there is no folder {name}, and this" if name else "this"
        raise ObsgenError(f"{there} is no git repository. Name a folder to compare with: --base DIR")
    return AtCommit(git, git.commit(name) if name else git.fork(), _prefix(git, home), room)


def _prefix(git: Git, here: Path) -> str:
    top = git.root.resolve()
    return here.relative_to(top).as_posix() if here.is_relative_to(top) else ""


def _profiles(path: str, *sources: Source) -> list[str]:
    """The profiles in a folder, or those that name a file, on either side; of what has none the path itself."""
    found = [each for source in sources for each in (*inside(source, path), *naming(source, path))]
    return list(dict.fromkeys(found)) or [path]


def _is_manifest(source: Source, path: str) -> bool:
    """Whether a path is a folder, or a file that is no profile."""
    found = source.bring([path]) / path
    return found.is_dir() or (found.is_file() and not may_be_profile(found))
