"""Where the two trees come from: a commit, a folder, or a fresh render."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from obsgen import rendering
from obsgen.diff.git import Commit, Git, git_at
from obsgen.diff.trees import Tree
from obsgen.findings import ObsgenError
from obsgen.tree import apply_all, plan

_ROOTS = ("out", "argocd")


@dataclass(frozen=True)
class Asked:
    """What is to be compared: profiles, what with, and folders of components of the user's own."""

    profiles: tuple[Path, ...]
    base: str | None = None
    templates: tuple[Path, ...] = ()


@contextmanager
def sides(asked: Asked, here: Path) -> Iterator[tuple[Tree, Tree]]:
    """Both trees, in folders that are there as long as the context lasts. ObsgenError if one of them cannot be had."""
    with TemporaryDirectory(prefix="obsgen-diff-") as name:
        room = Path(name).resolve()
        stacks = _render(asked, room / "new")
        base = here / asked.base if asked.base and (here / asked.base).is_dir() else None
        old = _folder(base) if base else _committed(_git(here), asked.base, stacks, room / "old")
        yield old, Tree("the working tree", room / "new", _roots(room / "new", stacks))


def _render(asked: Asked, room: Path) -> list[str]:
    trees = rendering.plan(asked.profiles, rendering.Options(out=room, templates=asked.templates)).trees
    plans = [plan(room / "out" / tree.name, tree.files) for tree in trees]
    apply_all([*plans, *(plan(room / "argocd" / tree.name, tree.argocd) for tree in trees if tree.argocd)])
    return [tree.name for tree in trees]


def _git(here: Path) -> Git:
    found = git_at(here)
    if found is None:
        raise ObsgenError("this is no git repository. Name what to compare with: --base DIR")
    return found


def _committed(git: Git, base: str | None, stacks: Sequence[str], room: Path) -> Tree:
    commit: Commit = git.commit(base) if base else git.fork()
    room.mkdir()
    git.write(commit, [f"{root}/{stack}" for root in _ROOTS for stack in stacks], room)
    return Tree(str(commit), room, _roots(room, stacks))


def _folder(folder: Path) -> Tree:
    return Tree(str(folder), folder.resolve(), (folder.resolve(),))


def _roots(room: Path, stacks: Sequence[str]) -> tuple[Path, ...]:
    return tuple(room / root / stack for root in _ROOTS for stack in stacks)
