"""Values that know where they were written: in a manifest, in the patch that changed it, in a generator's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

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


class Node:
    """A value and its origin. A mapping's fields and a list's items are nodes: each part keeps its own origin.

    Fields and items are changed in place. The plain data that a node is made of never is, so that several builds
    can share it; its parts become nodes when somebody asks for them.
    """

    __slots__ = ("_parts", "_plain", "route", "source")

    def __init__(self, value: Any, source: Source = WholeFile(""), route: Route = ()) -> None:
        self._plain, self.source, self.route = value, source, route
        self._parts: Any = None

    @property
    def value(self) -> Any:
        """The plain data, which may be shared: never change it in place."""
        if isinstance(self._parts, dict):
            return {key: part.value for key, part in self._parts.items()}
        return self._plain if self._parts is None else [part.value for part in self._parts]

    @property
    def shape(self) -> str:
        """What it is: `map`, `list`, `scalar`, or nothing for null."""
        match self._plain:
            case None:
                return ""
            case dict():
                return "map"
            case list():
                return "list"
        return "scalar"

    @property
    def parts(self) -> Any:
        """The fields of a mapping, the items of a list, an empty tuple for scalars and null."""
        if self._parts is None and self.shape == "map":
            self._parts = {key: Node(part, self.source, (*self.route, key)) for key, part in self._plain.items()}
        elif self._parts is None and self.shape == "list":
            self._parts = [Node(part, self.source, (*self.route, index)) for index, part in enumerate(self._plain)]
        return () if self._parts is None else self._parts

    @property
    def fields(self) -> dict[Any, Node]:
        """The parts of a mapping; no others have any."""
        return self.parts if self.shape == "map" else {}

    @property
    def items(self) -> list[Node]:
        """The parts of a list; no others have any."""
        return self.parts if self.shape == "list" else []

    def get(self, *route: str) -> Node | None:
        """The part below these keys, or None where there is none."""
        found: Node | None = self
        for key in route:
            found = found.fields.get(key) if found else None
        return found

    def mapping(self, key: str) -> Node | None:
        """The part at a key if it is a mapping that holds something."""
        part = self.get(key)
        return part if part and part.fields else None

    def text(self, key: str) -> str:
        """The text at a key; empty where there is none."""
        part = self.get(key)
        return part.value if part and isinstance(part.value, str) else ""

    def place(self, *, key: bool = False) -> Place:
        """Where the value was written."""
        return self.source.place(self.route, key=key)

    def origin(self, route: Route) -> tuple[Source, Route]:
        """The source of the part at `route`, and its route there; of its nearest ancestor where there is none."""
        try:
            return self.parts[route[0]].origin(route[1:]) if route else (self.source, self.route)
        except (KeyError, IndexError, TypeError):
            return self.source, (*self.route, *route)

    def origin_place(self, route: Route, *, key: bool = False) -> Place:
        """Where the part at `route`, or what comes nearest to it, was written."""
        source, there = self.origin(route)
        return source.place(there, key=key)

    def with_value(self, value: Any) -> Node:
        """Another value of the same origin."""
        return Node(value, self.source, self.route)

    def copy(self) -> Node:
        """A node that can be changed without changing this one."""
        made = self.with_value(self._plain)
        if isinstance(self._parts, dict):
            made._parts = {key: part.copy() for key, part in self._parts.items()}
        elif self._parts is not None:
            made._parts = [part.copy() for part in self._parts]
        return made


def mapping_of(fields: dict[str, Node], like: Node) -> Node:
    """A mapping with these fields, and the origin of another node."""
    made = like.with_value({})
    made.fields.update(fields)
    return made
