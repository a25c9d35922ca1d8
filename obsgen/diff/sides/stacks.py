"""The trees of stacks on both sides: as they lie there, or rendered from the profiles there."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copytree

from obsgen import rendering
from obsgen.cores import Progress, spread
from obsgen.diff.sides import profiles as known
from obsgen.diff.sides.asked import ROOTS, Asked, Comparison, Side, Sides
from obsgen.diff.sides.profiles import Rendered
from obsgen.diff.sides.sources import OnDisk, Source
from obsgen.diff.trees import Tree
from obsgen.findings import Finding, InputError, ObsgenError
from obsgen.tree.paths import RECORD

_LISTED = 3
_MOST_TRIED = 5
"""Of more stacks it is not tried what each line of a profile brings."""
_OVERLAYS = "overlays"


@dataclass(frozen=True)
class Work:
    """What is asked, a folder for trees, who hears how far it is, and whether stacks that are the same are wanted."""

    asked: Asked
    room: Path
    progress: Progress
    every: bool


def stacks(paths: Sequence[str], old: Source, new: Source, work: Work) -> Comparison:
    """The trees of stacks on both sides. ObsgenError if there are none, InputError if they cannot be rendered."""
    before, now = known.profiles_at(old, paths), known.profiles_at(new, paths)
    named = {*_wanted(before, paths), *_wanted(now, paths)}
    of_old = [*_wanted(before, paths), *_unclaimed(old, before, named if paths else None)]
    head = work.asked.head
    of_new = [*_wanted(now, paths), *_unclaimed(new, now, named if paths else None)] if head else []
    if not (paths or of_old or of_new or now):
        raise ObsgenError("there are no profiles in profiles/. Name some, or folders of manifests")
    made = {} if head else _products(paths, new, work, set(before.values()))
    there = _Lying(new, now, work, work.room / "new", anew=False)(of_new) if head else _announced(made, new, now, work)
    names = [*there, *(each for each in of_old if each not in there)]
    base = _Lying(old, before, work, work.room / "old", anew=work.asked.render_base)(names)
    empty = Side(Tree(new.label, work.room / "none", ()), new)
    same = {name for name, tree in made.items() if not work.every and is_as(tree, base[name].tree)}
    for name in made.keys() - same:
        known.put(made[name], there[name].tree.folder)
    differing = [name for name in names if name not in same]
    many = len(differing) > _MOST_TRIED
    pairs = (
        Sides(base[each], there.get(each, empty), work.asked, work.room / "tried" / each, each, many)
        for each in differing
    )
    notes = [*_notes(base, work.asked.render_base), *_notes(there, expected=not head)]
    environments = (_environments(base.values()), _environments([*there.values(), *(base[each] for each in same)]))
    return Comparison(tuple(pairs), (old.label, new.label), tuple(notes), environments)


def _wanted(found: Mapping[str, str], paths: Sequence[str]) -> list[str]:
    """The stacks that are asked for: those of the files that were named, or all."""
    return [stack for stack, path in found.items() if not paths or path in paths]


def _unclaimed(source: Source, found: Mapping[str, str], named: Collection[str] | None) -> list[str]:
    """The trees of a folder without profiles: all, or those of stacks that were named."""
    if found or not isinstance(source, OnDisk):
        return []
    records = (each for pattern in (f"out/*/{RECORD}", f"*/{RECORD}") for each in source.folder.glob(pattern))
    return sorted(stack for each in records if (stack := each.parent.parent.name) in (named or (stack,)))


def _products(paths: Sequence[str], source: Source, work: Work, gone: Collection[str]) -> dict[str, Rendered]:
    """The working tree, rendered. Faults are those that a render tells; a profile that is `gone` is none."""
    there = source.bring(paths)
    wanted = [path for path in paths or known.candidates(source, ()) if (there / path).exists() or path not in gone]
    files = [Path(os.path.relpath(there / path)) for path in wanted]
    options = rendering.Options(templates=work.asked.templates)
    return {each.name: each for each in rendering.products(files, options, work.progress)}


def _announced(made: Iterable[str], source: Source, profiles: Mapping[str, str], work: Work) -> dict[str, Side]:
    """Where the trees of stacks that were rendered will lie."""
    rooms = {each: work.room / "new" / each for each in made}
    return {
        each: Side(_tree(source.label, room, each), source, profiles.get(each, ""), True)
        for each, room in rooms.items()
    }


@dataclass(frozen=True)
class _Lying:
    """The trees of a side as they lie there; those that do not, or all of them `anew`, are rendered into the room."""

    source: Source
    profiles: Mapping[str, str]
    work: Work
    room: Path
    anew: bool

    def __call__(self, names: Sequence[str]) -> dict[str, Side]:
        """The side of each stack. InputError with what is wrong with the profiles that have to be rendered."""
        folder = self.source.bring([f"{root}/{name}" for root in ROOTS for name in names])
        render = [each for each in names if self._is_to_render(each, folder)]
        self._render(render)
        return {each: self._side(each, folder, each in render) for each in names}

    def _is_to_render(self, name: str, folder: Path) -> bool:
        lies = _lies(folder / "out" / name) or _lies(folder / name)
        return name in self.profiles and (self.anew or not lies)

    def _render(self, names: Sequence[str]) -> None:
        for name in names:
            known.bring(self.source, self.profiles[name])
        make = partial(_Renderer, self.source, self.work.asked.templates, self.room)
        wanted = [(each, self.profiles[each]) for each in names]
        faults = [one for found in spread(make, wanted, "rendering the base", self.work.progress) for one in found]
        if faults:
            raise InputError(faults)

    def _side(self, name: str, folder: Path, is_rendered: bool) -> Side:
        if not is_rendered and _lies(folder / "out" / name):
            return Side(_tree(self.source.label, folder, name), self.source, self.profiles.get(name, ""))
        if not is_rendered and _lies(folder / name):
            _copy(folder, name, self.room / name)
        tree = _tree(self.source.label, self.room / name, name)
        return Side(tree, self.source, self.profiles.get(name, ""), is_rendered)


class _Renderer:
    """Renders profiles of a side into a room, each into a folder of its stack's name."""

    def __init__(self, source: Source, templates: Sequence[Path], room: Path) -> None:
        self._render, self._room = known.Renderer(source, templates), room

    def __call__(self, wanted: tuple[str, str]) -> tuple[Finding, ...]:
        """What is wrong with the profile of a stack."""
        stack, path = wanted
        try:
            known.put(self._render(path), self._room / stack)
        except InputError as problem:
            return problem.findings
        return ()


def _lies(tree: Path) -> bool:
    return (tree / RECORD).is_file() or (tree / "base").is_dir() or (tree / _OVERLAYS).is_dir()


def _copy(folder: Path, name: str, room: Path) -> None:
    """Copies a tree that lies in a folder by itself to where a render would put it."""
    for root, each in (("out", folder / name), ("argocd", folder / "argocd" / name)):
        if each.is_dir():
            copytree(each, room / root / name, symlinks=True)


def _tree(label: str, folder: Path, name: str) -> Tree:
    return Tree(label, folder, tuple(folder / root / name for root in ROOTS))


def is_as(made: Rendered, tree: Tree) -> bool:
    """Whether a stack's tree is, byte by byte, the rendered one."""
    for root, files in zip(ROOTS, (made.files, made.argocd), strict=True):
        folder = tree.folder / root / made.name
        there = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()} - {RECORD}
        if there != files.keys() or any((folder / path).read_bytes() != data for path, data in files.items()):
            return False
    return True


def _environments(sides: Iterable[Side]) -> frozenset[str]:
    """The environments of stacks, by the folders of their trees."""
    trees = (each.tree.folder / "out" / path.name / _OVERLAYS for each in sides for path in each.tree.paths[:1])
    return frozenset(each.name for tree in trees if tree.is_dir() for each in tree.iterdir() if each.is_dir())


def _notes(sides: Mapping[str, Side], expected: bool) -> Iterator[str]:
    """Stacks whose tree is not there, so that it had to be rendered."""
    absent = [] if expected else sorted(name for name, each in sides.items() if each.is_rendered)
    if not absent:
        return
    source = sides[absent[0]].source
    where = f" committed at {source.mark[1:]}" if source.mark else f" in {source.label}"
    if len(absent) > _LISTED:
        yield f"the trees of {len(absent):,} stacks are not{where}: rendered from their profiles there, by this obsgen"
        return
    for stack in absent:
        yield f"out/{stack} is not{where}: rendered from {sides[stack].profile}{source.mark}, by this obsgen"
