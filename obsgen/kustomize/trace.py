"""Where each value of a built object comes from: the manifest, or the patch that wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from obsgen.findings import Place
from obsgen.source import Document, Route


class Source(Protocol):
    """Something that knows the place of its values, such as a `Document`."""

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where the value at `route` (with `key`: its key) stands."""


@dataclass(frozen=True, slots=True)
class WholeFile:
    """The source of a text that a generator read from a file of its own, or from a line of one."""

    file: str
    line: int = 1

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """The same place whatever the route."""
        return Place(self.file, self.line)


@dataclass(frozen=True, slots=True)
class Inline:
    """The source of a document written as a string inside another one, such as `patch: |-`."""

    inner: Document
    outer: Document
    route: Route

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """The place in the outer file; exact where the string is a literal block."""
        return self.outer_place(self.inner.place(route, key=key))

    def outer_place(self, spot: Place) -> Place:
        """The place in the outer file of a place in the string."""
        lines = self.inner.text.splitlines(keepends=True)
        offset = sum(map(len, lines[: spot.line - 1])) + spot.column - 1
        return self.outer.text_place(self.route, offset, spot.length)


@dataclass(frozen=True, slots=True)
class Trace:
    """The source of a value, and of those parts of it that something else wrote.

    Immutable, so that overlays share the traces of their base.
    """

    source: Source
    route: Route = ()
    children: Mapping[str | int, Trace] = field(default_factory=dict)

    def at(self, step: str | int) -> Trace:
        """The trace of the value's part at one key or index."""
        return self.children.get(step) or Trace(self.source, (*self.route, step))

    def having(self, changes: Mapping[str | int, Trace]) -> Trace:
        """This trace with other origins for some parts."""
        return Trace(self.source, self.route, {**self.children, **changes}) if changes else self

    def find(self, route: Route) -> Trace:
        """The trace of the part at `route`."""
        found = self
        for step in route:
            found = found.at(step)
        return found

    def place(self, *, key: bool = False) -> Place:
        """Where the value stands."""
        return self.source.place(self.route, key=key)


class Traced(NamedTuple):
    """A value and where it comes from. Values are shared: never change one in place."""

    value: Any
    trace: Trace

    def at(self, step: str | int) -> Traced:
        """The part at one key or index, which must exist."""
        return Traced(self.value[step], self.trace.at(step))

    def get(self, key: str) -> Traced | None:
        """The part at a key, or None where the value is no mapping or lacks it."""
        return self.at(key) if isinstance(self.value, dict) and key in self.value else None

    def mapping(self, key: str) -> Traced | None:
        """The part at a key if it is a mapping that holds something."""
        part = self.get(key)
        return part if part and part.value and isinstance(part.value, dict) else None

    def find(self, route: Route) -> Traced:
        """The part at `route`, which must exist."""
        found = self
        for step in route:
            found = found.at(step)
        return found

    def items(self) -> list[Traced]:
        """The items of a list, each with its trace."""
        return [self.at(index) for index in range(len(self.value))]


def traced_map(parts: Mapping[str, Traced], trace: Trace) -> Traced:
    """A mapping made of traced values; `trace` is the mapping's own origin."""
    children: dict[str | int, Trace] = {key: part.trace for key, part in parts.items()}
    return Traced({key: part.value for key, part in parts.items()}, Trace(trace.source, trace.route, children))


def traced_list(items: list[Traced], trace: Trace) -> Traced:
    """A list made of traced items; `trace` is the list's own origin."""
    children: dict[str | int, Trace] = {index: item.trace for index, item in enumerate(items)}
    return Traced([item.value for item in items], Trace(trace.source, trace.route, children))


def put(owner: Traced, step: str | int, part: Traced) -> Traced:
    """`owner` with another value at a key, new or not, or at an existing index."""
    value = owner.value.copy()
    value[step] = part.value
    return Traced(value, owner.trace.having({step: part.trace}))


def insert(owner: Traced, index: int, part: Traced) -> Traced:
    """A list with one more item before `index`."""
    items = owner.items()
    items.insert(index, part)
    return traced_list(items, owner.trace)


def drop(owner: Traced, step: str | int) -> Traced:
    """`owner` without the value at a key or index, which must exist."""
    if isinstance(owner.value, dict):
        return Traced({key: value for key, value in owner.value.items() if key != step}, owner.trace)
    return traced_list([item for index, item in enumerate(owner.items()) if index != step], owner.trace)


def edit(target: Traced, route: Route, change: Callable[[Traced], Traced]) -> Traced:
    """`target` with the part at `route` changed; everything beside the route is shared."""
    if not route:
        return change(target)
    return put(target, route[0], edit(target.at(route[0]), route[1:], change))


def untraced(value: Any) -> Traced:
    """A value whose origin nobody will ask for."""
    return Traced(value, Trace(WholeFile("")))
