"""What changed in a profile and in one's own components: each can be set back alone, to see what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from shutil import copytree
from typing import Any

from obsgen import pipeline
from obsgen.diff.leaves import MISSING
from obsgen.diff.model import Cause
from obsgen.diff.profiles import Rendered, loaded
from obsgen.diff.sources import Source
from obsgen.findings import Place
from obsgen.profile.clusters import FILE
from obsgen.profile.load import LoadedProfile, parse_profile
from obsgen.source import Document, Route


@dataclass(frozen=True)
class Key:
    """A key of a profile that says something else: its routes on both sides, and what stood and stands there.

    `holder` leads to what holds it in the new profile, `step` says where in that.
    """

    before: Route
    holder: Route
    step: str | int
    old: Any
    new: Any

    @property
    def after(self) -> Route:
        """Its route in the new profile."""
        return (*self.holder, self.step)

    @property
    def inner(self) -> list[Key]:
        """The keys of a new mapping; of what holds a single key the innermost one stands for all."""
        found = self.new if self.old is MISSING and isinstance(self.new, dict) else {}
        every = [Key((*self.before, step), self.after, step, MISSING, value) for step, value in found.items()]
        return every[0].inner if len(every) == 1 else every

    @property
    def innermost(self) -> Route:
        """Its route in the new profile, on through mappings of one key."""
        route, value = self.after, self.new
        while self.old is MISSING and isinstance(value, dict) and len(value) == 1:
            ((step, value),) = value.items()
            route = (*route, step)
        return route


def keys(old: Any, new: Any, before: Route = (), after: Route = ()) -> Iterator[Key]:
    """The smallest keys in which two profiles differ; items of lists with names are known by those."""
    if isinstance(old, dict) and isinstance(new, dict):
        for step in dict.fromkeys((*old, *new)):
            yield from _below(old, new, (*before, step), after, step)
    elif _is_named(old) and _is_named(new):
        places = [{each["name"]: index for index, each in enumerate(side)} for side in (old, new)]
        for name in dict.fromkeys((*places[0], *places[1])):
            was, now = (side.get(name) for side in places)
            one, other = (MISSING if at is None else side[at] for at, side in ((was, old), (now, new)))
            yield from _item(one, other, (*before, was), after, was if now is None else now)
    elif old != new:
        yield Key(before, after[:-1], after[-1], old, new)


def _below(old: Mapping[Any, Any], new: Mapping[Any, Any], before: Route, after: Route, step: Any) -> Iterator[Key]:
    yield from _item(old.get(step, MISSING), new.get(step, MISSING), before, after, step)


def _item(old: Any, new: Any, before: Sequence[Any], after: Route, step: Any) -> Iterator[Key]:
    if old is MISSING or new is MISSING:
        yield Key(tuple(before), after, step, old, new)
    else:
        yield from keys(old, new, tuple(before), (*after, step))


def _is_named(value: Any) -> bool:
    names = [each.get("name") for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return bool(names) and len(names) == len(value) == len({str(each) for each in names}) and None not in names


def without(value: Any, key: Key) -> Any:
    """A profile with one key as it was."""
    value = deepcopy(value)
    holder = value
    for step in key.holder:
        holder = holder[step]
    if key.old is MISSING:
        del holder[key.step]
    elif key.new is MISSING and isinstance(holder, list):
        holder.insert(int(key.step), key.old)
    else:
        holder[key.step] = key.old
    return value


@dataclass(frozen=True)
class Lever:
    """Something that changed: where it stands, its route in the new profile if it is a key, and what is without it.

    A key with a mapping can be taken apart: `inner` are the keys in it.
    """

    cause: Cause
    route: Route | None
    rendered: Callable[[Path], Rendered] = field(compare=False)
    inner: tuple[Lever, ...] = ()


@dataclass(frozen=True)
class Change:
    """A profile and one's own components on both sides. Folders of components go by the same order on both."""

    old: LoadedProfile
    new: LoadedProfile
    mark: str
    old_templates: Sequence[Path]
    new_templates: Sequence[Path]
    home: Path

    def levers(self) -> list[Lever]:
        """All that changed, in the order of the profile; files of components come last."""
        old, new = (_document(each) for each in (self.old, self.new))
        found = [self._of_key(each, old, new) for each in keys(_value(old), _value(new))]
        return [*found, *(lever for index in range(len(self._folders)) for lever in self._of_folder(index))]

    def _of_key(self, key: Key, old: Document, new: Document) -> Lever:
        if key.new is MISSING:
            place = old.place(key.before, key=isinstance(key.step, str))
            marked = place.file if place.file.endswith(self.mark) else f"{place.file}{self.mark}"
            place = replace(place, file=marked)
        else:
            place = new.place(key.innermost, key=key.old is MISSING and isinstance(key.innermost[-1], str))

        def rendered(room: Path) -> Rendered:
            text = json.dumps(without(_value(new), key), default=str)
            return pipeline.render(parse_profile(text, self.new.file, self.new.folder), self.new_templates)

        inner = tuple(self._of_key(each, old, new) for each in key.inner)
        return Lever(Cause(place), key.innermost, rendered, inner)

    @property
    def _folders(self) -> list[tuple[Path | None, Path | None]]:
        """The folders of components on both sides: those that the profile names, and those that were named besides."""
        of_profiles = [[each.folder / name for name in each.base.settings.templates] for each in (self.old, self.new)]
        of_old, of_new = of_profiles
        return [*zip_longest(of_old, of_new), *zip(self.old_templates, self.new_templates, strict=True)]

    def _of_folder(self, index: int) -> Iterator[Lever]:
        old, new = ({} if each is None else _files(each) for each in self._folders[index])
        for path in sorted({*old, *new}):
            if old.get(path) != new.get(path):
                yield self._of_file(index, path, old.get(path), new.get(path))

    def _of_file(self, index: int, path: str, old: bytes | None, new: bytes | None) -> Lever:
        named = len(self._folders) - len(self.new_templates)

        def rendered(room: Path) -> Rendered:
            folders = [_copied(each, room / f"{number}") for number, (_, each) in enumerate(self._folders)]
            _put(folders[index] / path, old)
            text = json.dumps({**_value(_document(self.new)), "templates": [str(each) for each in folders[:named]]})
            return pipeline.render(parse_profile(text, self.new.file, self.new.folder), folders[named:])

        was, now = self._folders[index]
        folder = now or was
        shown = folder / path if folder else Path(path)
        shown = shown.relative_to(self.home) if shown.is_relative_to(self.home) else shown
        if new is None:
            return Lever(Cause(Place(f"{shown}{self.mark}")), None, rendered)
        return Lever(Cause(Place(str(shown), _first_line(old or b"", new))), None, rendered)


def change(old: Source, new: Source, paths: tuple[str, str], templates: Sequence[Path]) -> Change:
    """What a profile was and is. InputError if either cannot be read."""
    was, now = loaded(old, paths[0]), loaded(new, paths[1])
    both = [(before, after) for each in templates if (before := old.folder_of(each)).is_dir() for after in [each]]
    home = new.bring(())
    return Change(was, now, old.mark, [each for each, _ in both], [each for _, each in both], home)


def _document(profile: LoadedProfile) -> Document:
    return profile.base.merged.document


def _value(document: Document) -> dict[str, Any]:
    """What a profile says; a list of clusters from another file stands in it already."""
    return {key: value for key, value in document.value.items() if key != FILE}


def _files(folder: Path) -> dict[str, bytes]:
    found = (each for each in sorted(folder.rglob("*")) if each.is_file()) if folder.is_dir() else ()
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in found}


def _copied(folder: Path | None, to: Path) -> Path:
    to.mkdir(parents=True)
    if folder and folder.is_dir():
        copytree(folder, to, dirs_exist_ok=True)
    return to


def _put(file: Path, data: bytes | None) -> None:
    if data is None:
        file.unlink()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def _first_line(old: bytes, new: bytes) -> int:
    """The first line that is another one."""
    before, after = old.splitlines(), new.splitlines()
    pairs = zip_longest(before, after)
    first = next((index for index, (one, other) in enumerate(pairs, 1) if one != other), 1)
    return min(first, len(after) or 1)
