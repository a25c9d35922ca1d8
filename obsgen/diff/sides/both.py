"""The two trees that are compared: of a commit, of a folder, or freshly rendered."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from obsgen import rendering
from obsgen.diff.sides import profiles as known
from obsgen.diff.sides.git import Git, git_at
from obsgen.diff.sides.sources import AtCommit, OnDisk, Source
from obsgen.diff.trees import Tree
from obsgen.findings import ObsgenError
from obsgen.tree.paths import RECORD

_ROOTS = ("out", "argocd")
_LISTED = 3


@dataclass(frozen=True)
class Asked:
    """What is to be compared: profiles, or folders of manifests; and which two states of them.

    `base` and `head` are commits or folders; without them, where the branch left the main one and the working tree.
    `render_base` renders the base anew, whatever is committed there; `templates` are folders of one's own components.
    """

    paths: tuple[Path, ...] = ()
    base: str | None = None
    head: str | None = None
    render_base: bool = False
    templates: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Side:
    """A tree, where it comes from, the profiles of its stacks, and which of those were rendered for this."""

    tree: Tree
    source: Source
    profiles: Mapping[str, str] = field(default_factory=dict)
    rendered: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sides:
    """Both sides, and what whoever reads the comparison must know of them. `room` is a folder for more trees."""

    old: Side
    new: Side
    asked: Asked
    room: Path
    notes: tuple[str, ...] = ()


@contextmanager
def sides(asked: Asked, here: Path) -> Iterator[Sides]:
    """Both sides, in folders that are there as long as the context lasts. ObsgenError if one of them cannot be had."""
    git = git_at(here)
    home = _home(here.resolve(), git)
    paths = [os.path.relpath(here.resolve() / each, home) for each in asked.paths]
    asked = replace(asked, templates=tuple((here / each).resolve() for each in asked.templates))
    with TemporaryDirectory(prefix="obsgen-diff-") as name:
        room = Path(name).resolve()
        new = _source(asked.head, here, home, git, room / "head") if asked.head else OnDisk(home)
        old = _source(asked.base, here, home, git, room / "base")
        if any(_is_manifest(new, path) or _is_manifest(old, path) for path in paths):
            yield _folders(paths, Sides(Side(Tree("", room, ()), old), Side(Tree("", room, ()), new), asked, room))
        else:
            yield _stacks(paths, old, new, asked, room)


def _home(here: Path, git: Git | None) -> Path:
    """The folder that trees and profiles lie in: this one, or the nearest above it in the repository."""
    top = git.root.resolve() if git else here
    above = [each for each in (here, *here.parents) if each.is_relative_to(top)]
    return next((each for each in above if any((each / name).is_dir() for name in ("profiles", *_ROOTS))), here)


def _source(name: str | None, here: Path, home: Path, git: Git | None, room: Path) -> Source:
    """What a name stands for: a commit if git knows one of that name, else a folder."""
    folder = here / name if name else None
    is_path = bool(name and folder and folder.is_dir())
    if name and folder and is_path and (git is None or os.sep in name or name in (".", "..") or not git.knows(name)):
        return OnDisk(folder.resolve(), name)
    if git is None:
        raise ObsgenError("this is no git repository. Name a folder to compare with: --base DIR")
    return AtCommit(git, git.commit(name) if name else git.fork(), _prefix(git, home), room)


def _prefix(git: Git, here: Path) -> str:
    top = git.root.resolve()
    return here.relative_to(top).as_posix() if here.is_relative_to(top) else ""


def _is_manifest(source: Source, path: str) -> bool:
    """Whether a path is a folder, or a file that is no profile."""
    found = source.bring([path]) / path
    return found.is_dir() or (found.is_file() and not known.may_be_profile(found))


def _folders(paths: Sequence[str], both: Sides) -> Sides:
    """Folders of manifests on both sides, as they stand there; one may have another name in the base."""
    old, new = both.old.source, both.new.source
    if isinstance(old, OnDisk) and len(paths) == 1 and not (old.folder / paths[0]).exists():
        trees = [Tree(each.label, folder, (folder,)) for each, folder in
                 ((old, old.folder), (new, (new.bring(paths) / paths[0]).resolve()))]  # fmt: skip
    else:
        trees = [_folder_tree(paths, each) for each in (old, new)]
    nowhere = [path for path, *there in zip(paths, *(each.paths for each in trees), strict=True)
               if not any(each.exists() for each in there)]  # fmt: skip
    if nowhere:
        raise ObsgenError(f"there is no {', '.join(nowhere)}, neither in {old.label} nor in {new.label}")
    return Sides(Side(trees[0], old), Side(trees[1], new), both.asked, both.room)


def _folder_tree(paths: Sequence[str], source: Source) -> Tree:
    folder = source.bring(paths)
    there = tuple((folder / each).resolve() for each in paths)
    return Tree(source.label, Path(os.path.commonpath([folder, *there])), there)


def _stacks(paths: Sequence[str], old: Source, new: Source, asked: Asked, room: Path) -> Sides:
    """The trees of stacks on both sides."""
    before, now = known.profiles_at(old, paths), known.profiles_at(new, paths)
    named = {*_wanted(before, paths), *_wanted(now, paths)}
    of_old = [*_wanted(before, paths), *_unclaimed(old, before, named if paths else None)]
    of_new = [*_wanted(now, paths), *(_unclaimed(new, now, named if paths else None) if asked.head else ())]
    if not paths and not of_old and not of_new:
        raise ObsgenError("there are no profiles in profiles/. Name some, or folders of manifests")
    after = _rendered(paths, now, asked, room, new, set(before.values())) if not asked.head else None
    stacks = list(after.profiles) if after else of_new
    gone = [stack for stack in of_old if stack not in stacks]
    head = after or _side(new, stacks, now, Asked(templates=asked.templates), room / "new")
    base = _side(old, [*stacks, *gone], before, asked, room / "old")
    notes = [*_notes(base, asked.render_base), *_notes(head, expected=not asked.head)]
    return Sides(base, head, asked, room, tuple(notes))


def _wanted(found: Mapping[str, str], paths: Sequence[str]) -> list[str]:
    """The stacks that are asked for: those of the files that were named, or all."""
    return [stack for stack, path in found.items() if not paths or path in paths]


def _unclaimed(source: Source, found: Mapping[str, str], named: Collection[str] | None) -> list[str]:
    """The trees of a folder without profiles: all, or those of stacks that were named."""
    if found or not isinstance(source, OnDisk):
        return []
    records = (each for pattern in (f"out/*/{RECORD}", f"*/{RECORD}") for each in source.folder.glob(pattern))
    return sorted(stack for each in records if (stack := each.parent.parent.name) in (named or (stack,)))


def _rendered(
    paths: Sequence[str], now: Mapping[str, str], asked: Asked, room: Path, source: Source, gone: Collection[str]
) -> Side:
    """The working tree, rendered. Faults are those that a render tells; a profile that is `gone` is none."""
    there = source.bring(paths)
    wanted = [path for path in paths or known.candidates(source, ()) if (there / path).exists() or path not in gone]
    files = [Path(os.path.relpath(there / path)) for path in wanted]
    planned = rendering.plan(files, rendering.Options(out=room, templates=asked.templates))
    folder = room / "new"
    folder.mkdir()
    for tree in planned.trees:
        known.put(tree, folder)
    named = {tree.name: now.get(tree.name, "") for tree in planned.trees}
    return Side(_tree(source.label, folder, list(named)), source, named, frozenset(named))


def _side(source: Source, stacks: Sequence[str], profiles: Mapping[str, str], asked: Asked, room: Path) -> Side:
    """The trees of some stacks as they lie there; those that do not are rendered from the profiles there."""
    folder = source.bring([f"{root}/{stack}" for root in _ROOTS for stack in stacks])
    absent = [each for each in stacks if not _lies(folder / "out" / each) or asked.render_base]
    render = [each for each in absent if each in profiles and (asked.render_base or not _lies(folder / each))]
    if absent and (render or any(_lies(folder / each) for each in absent)):
        folder = _copied(folder, [each for each in stacks if each not in render], room)
    renderer = known.Renderer(source, asked.templates)
    for stack in render:
        known.put(renderer(profiles[stack]), folder)
    mine = {stack: path for stack, path in profiles.items() if stack in stacks}
    return Side(_tree(source.label, folder, stacks), source, mine, frozenset(render))


def _lies(tree: Path) -> bool:
    return (tree / RECORD).is_file() or (tree / "base").is_dir() or (tree / "overlays").is_dir()


def _copied(folder: Path, stacks: Iterable[str], room: Path) -> Path:
    """The trees of some stacks in a folder that may be written to, each where a render would put it."""
    room.mkdir()
    for stack in stacks:
        tree = folder / "out" / stack if _lies(folder / "out" / stack) else folder / stack
        for root, each in (("out", tree), ("argocd", folder / "argocd" / stack)):
            if each.is_dir():
                copytree(each, room / root / stack, symlinks=True)
    return room


def _tree(label: str, folder: Path, stacks: Iterable[str]) -> Tree:
    return Tree(label, folder, tuple(folder / root / stack for stack in stacks for root in _ROOTS))


def _notes(side: Side, expected: bool) -> Iterator[str]:
    """Stacks whose tree is not there, so that it had to be rendered."""
    absent = [] if expected else sorted(side.rendered)
    where = f" committed at {side.source.mark[1:]}" if side.source.mark else f" in {side.source.label}"
    if len(absent) > _LISTED:
        yield f"the trees of {len(absent):,} stacks are not{where}: rendered from their profiles there, by this obsgen"
        return
    for stack in absent:
        yield f"out/{stack} is not{where}: rendered from {side.profiles[stack]}{side.source.mark}, by this obsgen"
