"""The trees of stacks on both sides: as they lie there, or rendered from the profiles there."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import copytree

from obsgen import rendering
from obsgen.cores import Progress, spread
from obsgen.diff.sides import profiles as known
from obsgen.diff.sides.asked import ROOTS, Asked, Comparison, Side, Sides
from obsgen.diff.sides.notes import by_hand, left_over, lies, rendered
from obsgen.diff.sides.profiles import Rendered
from obsgen.diff.sides.sources import OnDisk, Source
from obsgen.diff.trees import Tree
from obsgen.findings import Finding, InputError, ObsgenError
from obsgen.tree.paths import RECORD

_MOST_TRIED = 5
"""Of more stacks it is not tried what each line of a profile brings."""


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
    of_new = [*_wanted(now, paths), *(_unclaimed(new, now, named if paths else None) if work.asked.head else ())]
    if not (paths or of_old or of_new):
        raise ObsgenError("there are no profiles in profiles/. Name some, or folders of manifests")
    if work.asked.head:
        made: dict[str, Rendered] = {}
        there = _Lying(new, now, work, work.room / "new", anew=False)(of_new)
    else:
        made = _products(paths, new, work, set(before.values()))
        there = _announced(made, new, now, work)
    if old is new:
        return _comparison(there, there, made, work)
    if work.asked.render_base:
        _check_readable(old, known.candidates(old, paths), before)
    names = [*there, *(each for each in of_old if each not in there)]
    base = _Lying(old, before, work, work.room / "old", anew=work.asked.render_base)(names)
    notes = [*rendered(base, work.asked.render_base), *rendered(there, expected=not work.asked.head)]
    notes += [] if work.asked.head else [*by_hand(there, base, new), *left_over(base, there, new)]
    found = _comparison(base, there, made, work)
    return replace(found, labels=(old.label, new.label), notes=tuple(notes))


def _comparison(
    base: Mapping[str, Side], there: Mapping[str, Side], made: Mapping[str, Rendered], work: Work
) -> Comparison:
    """The stacks that differ, or all; what was rendered is written as far as it is looked at."""
    same = {name for name, tree in made.items() if not work.every and is_as(tree, base[name].tree)}
    for name in made.keys() - same:
        known.put(made[name], there[name].tree.folder)
    differing = [name for name in base if name not in same]
    many = len(differing) > _MOST_TRIED
    heads = {each: there.get(each) or _nothing(base[each], work.room) for each in differing}
    pairs = [
        Sides(base[each], head, work.asked, work.room / "tried" / each, each, many) for each, head in heads.items()
    ]
    sides = base.values(), (*there.values(), *(base[each] for each in same))
    environments = (frozenset(name for each in side for name in each.environments) for side in sides)
    return Comparison(tuple(pairs), ("", ""), environments=tuple(environments))


def _check_readable(source: Source, paths: Iterable[str], known_stacks: Mapping[str, str]) -> None:
    """InputError if a profile that is to be rendered does not even say whose it is."""
    for path in paths:
        if path not in known_stacks.values() and (source.bring([path]) / path).exists():
            known.loaded(source, path)


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
        there = lies(folder / "out" / name) or lies(folder / name) or (folder / RECORD).is_file()
        return name in self.profiles and (self.anew or not there)

    def _render(self, names: Sequence[str]) -> None:
        for name in names:
            known.bring(self.source, self.profiles[name])
        make = partial(_Renderer, self.source, self.work.asked.templates, self.room)
        wanted = [(each, self.profiles[each]) for each in names]
        faults = [one for found in spread(make, wanted, "rendering the base", self.work.progress) for one in found]
        if faults:
            raise InputError(faults)

    def _side(self, name: str, folder: Path, is_rendered: bool) -> Side:
        if not is_rendered and lies(folder / "out" / name):
            return Side(_tree(self.source.label, folder, name), self.source, self.profiles.get(name, ""))
        if not is_rendered and lies(folder / name):
            _copy(folder / name, folder / "argocd" / name, self.room / name, name)
        elif not is_rendered and (folder / RECORD).is_file():
            _copy(folder, folder / "argocd", self.room / name, name)
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


def _copy(tree: Path, applications: Path, room: Path, name: str) -> None:
    """Copies a tree that lies by itself to where a render would put it."""
    for root, each in zip(ROOTS, (tree, applications), strict=True):
        if each.is_dir():
            copytree(each, room / root / name, symlinks=True)


def _nothing(side: Side, room: Path) -> Side:
    """The other side of a stack that is not there any more."""
    return Side(Tree("", room / "none", ()), side.source)


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
