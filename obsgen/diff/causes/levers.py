"""What changed in a profile and in one's own components: each can be set back alone, to see what comes of it."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from pathlib import Path
from shutil import copytree
from typing import Any

from obsgen import pipeline
from obsgen.diff.model import Cause
from obsgen.diff.parts.leaves import MISSING
from obsgen.diff.sides.profiles import Rendered, loaded
from obsgen.diff.sides.sources import Source
from obsgen.findings import Place
from obsgen.profile.clusters import FILE
from obsgen.profile.load import LoadedProfile, parse_profile
from obsgen.source import Document, Route

Way = tuple[str, ...]
"""The way to a key of a profile: names of keys, and of items of lists that have names."""


@dataclass(frozen=True)
class Key:
    """A key of a profile that says something else: the way to it, its routes on both sides, what stood, what stands."""

    path: Way
    before: Route
    after: Route
    old: Any
    new: Any

    @property
    def inner(self) -> list[Key]:
        """The keys of a new mapping; of what holds a single key the innermost one stands for all."""
        found = self.new if self.old is MISSING and isinstance(self.new, dict) else {}
        every = [_below(self.path, self.before, self.after, step, MISSING, value) for step, value in found.items()]
        return every[0].inner if len(every) == 1 else every

    @property
    def innermost(self) -> Route:
        """Its route in the new profile, on through mappings of one key."""
        route, value = self.after, self.new
        while self.old is MISSING and isinstance(value, dict) and len(value) == 1:
            ((step, value),) = value.items()
            route = (*route, step)
        return route


def _below(path: Way, before: Route, after: Route, step: Any, old: Any, new: Any) -> Key:
    return Key((*path, str(step)), (*before, step), (*after, step), old, new)


def keys(old: Any, new: Any) -> list[Key]:
    """The smallest keys in which two profiles differ; items of lists with names are known by those."""
    return list(_keys(Key((), (), (), old, new)))


def _keys(key: Key) -> Iterator[Key]:
    old, new = key.old, key.new
    if isinstance(old, dict) and isinstance(new, dict):
        for step in dict.fromkeys((*old, *new)):
            values = old.get(step, MISSING), new.get(step, MISSING)
            yield from _keys(_below(key.path, key.before, key.after, step, *values))
    elif _are_named(old, new):
        before, after = ({each["name"]: index for index, each in enumerate(side)} for side in (old, new))
        for name in dict.fromkeys((*before, *after)):
            was, now = before.get(name), after.get(name)
            one, other = (MISSING if at is None else side[at] for at, side in ((was, old), (now, new)))
            routes = (*key.before, was or 0), (*key.after, now or 0)
            yield from _keys(Key((*key.path, str(name)), routes[0], routes[1], one, other))
    elif type(old) is not type(new) or old != new:
        yield key


def _are_named(old: Any, new: Any) -> bool:
    """Whether both are lists of things with names, of which one may be empty."""
    return all(_is_named(each) or each == [] for each in (old, new)) and bool(old != new)


def _is_named(value: Any) -> bool:
    names = [each.get("name") for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return bool(names) and len(names) == len(value) == len({str(each) for each in names}) and None not in names


def mixed(old: Any, new: Any, back: Collection[Way], path: Way = ()) -> Any:
    """The new profile with some keys as they were in the old one."""
    if path in back:
        return old
    if not any(each[: len(path)] == path for each in back):
        return new
    if isinstance(new, dict) and (isinstance(old, dict) or old is MISSING):
        was = old if isinstance(old, dict) else {}
        steps = [(each, was.get(each, MISSING), new.get(each, MISSING)) for each in dict.fromkeys((*new, *was))]
        found = {each: mixed(one, other, back, (*path, str(each))) for each, one, other in steps}
        return {each: value for each, value in found.items() if value is not MISSING}
    if _are_named(old, new):
        sides = [{each["name"]: each for each in side} for side in (old, new)]
        names = dict.fromkeys((*sides[1], *sides[0]))
        pairs = ((name, sides[0].get(name, MISSING), sides[1].get(name, MISSING)) for name in names)
        items = [mixed(one, other, back, (*path, str(name))) for name, one, other in pairs]
        return [each for each in items if each is not MISSING]
    return new


@dataclass(frozen=True)
class Lever:
    """Something that changed, and where it stands.

    That is a key of the profile, by its path and its route in the new one, or a file in a folder of components. A key
    with a mapping can be taken apart: `inner` are the keys in it.
    """

    cause: Cause
    path: Way | None = None
    route: Route = ()
    file: tuple[int, str] | None = None
    inner: tuple[Lever, ...] = ()

    @property
    def cluster(self) -> str:
        """The cluster of a list of clusters that it is of; empty if it is of none."""
        path = self.path or ()
        return next((name for key, name in pairwise(path) if key == "clusters"), "")


@dataclass(frozen=True)
class Edit:
    """A profile and folders of components on both sides; `mark` stands behind names of files of the old one."""

    old: LoadedProfile
    new: LoadedProfile
    mark: str
    folders: Sequence[tuple[Path, Path]]
    home: Path

    def levers(self) -> list[Lever]:
        """All that changed, in the order of the profile; files of components come last."""
        found = [self._of_key(each) for each in keys(_value(self.old), _value(self.new))]
        return [*found, *(lever for index in range(len(self._folders)) for lever in self._of_folder(index))]

    def without(self, levers: Sequence[Lever], room: Path) -> Rendered:
        """What the new profile renders to with some of all that as it was. InputError if that makes no sense."""
        value = mixed(_value(self.old), _value(self.new), {each.path for each in levers if each.path})
        files = [each.file for each in levers if each.file]
        if not files:
            named = [new for _, new in self.folders]
        else:
            every = self._copied(files, room)
            count = len(every) - len(self.folders)
            value, named = {**value, "templates": [str(each) for each in every[:count]]}, every[count:]
        return pipeline.render(parse_profile(json.dumps(value, default=str), self.new.file, self.new.folder), named)

    def _of_key(self, key: Key) -> Lever:
        route = key.before if key.new is MISSING else key.innermost
        is_key = isinstance(route[-1], str) and MISSING in (key.old, key.new)
        place = _document(self.old if key.new is MISSING else self.new).place(route, key=is_key)
        if key.new is MISSING and not place.file.endswith(self.mark):
            place = replace(place, file=f"{place.file}{self.mark}")
        return Lever(Cause(place), key.path, key.innermost, inner=tuple(map(self._of_key, key.inner)))

    @property
    def _folders(self) -> list[tuple[Path | None, Path | None]]:
        """The folders of components on both sides: those that the profile names, and those that were named besides."""
        old, new = ([each.folder / name for name in each.base.settings.templates] for each in (self.old, self.new))
        return [*zip_longest(old, new), *self.folders]

    def _of_folder(self, index: int) -> Iterator[Lever]:
        old, new = ({} if each is None else _files(each) for each in self._folders[index])
        for path in sorted({*old, *new}):
            if old.get(path) != new.get(path):
                yield Lever(self._cause(index, path, old.get(path), new.get(path)), file=(index, path))

    def _cause(self, index: int, path: str, old: bytes | None, new: bytes | None) -> Cause:
        was, now = self._folders[index]
        shown = Path(os.path.normpath((now or was or Path()) / path))
        shown = shown.relative_to(self.home) if shown.is_relative_to(self.home) else shown
        if new is None:
            return Cause(Place(f"{shown}{self.mark}"))
        return Cause(Place(str(shown), _first_line(old or b"", new)))

    def _copied(self, files: Sequence[tuple[int, str]], room: Path) -> list[Path]:
        """The folders of components, with some files as they were."""
        found = [_copy(new, room / str(number)) for number, (_, new) in enumerate(self._folders)]
        for index, path in files:
            old = self._folders[index][0]
            _put(found[index] / path, old / path if old else None)
        return found


def edit(old: Source, new: Source, paths: tuple[str, str], templates: Sequence[Path]) -> Edit:
    """What a profile was and is. InputError if either cannot be read."""
    was, now = loaded(old, paths[0]), loaded(new, paths[1])
    both = [(before, each) for each in templates if (before := old.folder_of(each)).is_dir()]
    return Edit(was, now, old.mark, both, new.bring(()))


def _document(profile: LoadedProfile) -> Document:
    return profile.base.merged.document


def _value(profile: LoadedProfile) -> dict[str, Any]:
    """What a profile says; a list of clusters from another file stands in it already."""
    return {key: value for key, value in _document(profile).value.items() if key != FILE}


def _files(folder: Path) -> dict[str, bytes]:
    found = (each for each in sorted(folder.rglob("*")) if each.is_file()) if folder.is_dir() else ()
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in found}


def _copy(folder: Path | None, to: Path) -> Path:
    to.mkdir(parents=True)
    if folder and folder.is_dir():
        copytree(folder, to, dirs_exist_ok=True)
    return to


def _put(file: Path, old: Path | None) -> None:
    if old and old.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(old.read_bytes())
    else:
        file.unlink()


def _first_line(old: bytes, new: bytes) -> int:
    """The first line that is another one."""
    before, after = old.splitlines(), new.splitlines()
    pairs = zip_longest(before, after)
    first = next((index for index, (one, other) in enumerate(pairs, 1) if one != other), 1)
    return min(first, len(after) or 1)
