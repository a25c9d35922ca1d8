"""Kubernetes objects and other values, each with the place where its author wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Protocol

from obsgen.findings import Place
from obsgen.source import Document, Route


class Where(Protocol):
    """Knows the places of a value's parts, as a `Document` does."""

    @property
    def file(self) -> str:
        """The file that the value stands in."""

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where the part at `route` (with `key`: its key) stands."""

    def text_place(self, route: Route, offset: int, length: int = 1) -> Place:
        """Where character `offset` of the string at `route` stands."""


@dataclass(frozen=True, slots=True)
class Located:
    """A value with its places: a whole document, or the part of one at `route`."""

    value: Any
    where: Where
    route: Route = ()

    @property
    def file(self) -> str:
        """The file that the value stands in."""
        return self.where.file

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where the part at `route`, from this value on, stands."""
        return self.where.place((*self.route, *route), key=key)

    def text_place(self, route: Route, offset: int, length: int = 1) -> Place:
        """Where character `offset` of the string at `route` stands."""
        return self.where.text_place((*self.route, *route), offset, length)

    def at(self, *route: str | int) -> Located:
        """The part at `route`; its value is None where there is none."""
        value = self.value
        for step in route:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                value = None
        return Located(value, self.where, (*self.route, *route))

    def items(self) -> list[Located]:
        """The items of a list; none if the value is no list."""
        return [self.at(index) for index in range(len(self.value))] if isinstance(self.value, list) else []


def lines_of(part: Located) -> Iterator[Place]:
    """A place in every line of a part."""
    yield from (part.place((), key=True), part.place())
    if isinstance(part.value, dict):
        yield from chain.from_iterable(lines_of(part.at(key)) for key in part.value)
    elif isinstance(part.value, list):
        yield from chain.from_iterable(map(lines_of, part.items()))
    elif isinstance(part.value, str) and part.value:
        first, last = part.text_place((), 0), part.text_place((), len(part.value) - 1)
        yield from (Place(first.file, line) for line in range(first.line, last.line + 1))


@dataclass(frozen=True)
class Embedded:
    """Places inside a document that is the text of a string in another one."""

    inner: Document
    outer: Located
    owner: KubeObject | None = None
    """The object that the outer string stands in."""

    @property
    def file(self) -> str:
        """The file of the outer document."""
        return self.outer.file

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """The place in the outer file, as exact as that one's `text_place`."""
        spot = self.inner.place(route, key=key)
        return self.outer.text_place((), self._starts[spot.line - 1] + spot.column - 1, spot.length)

    def text_place(self, route: Route, offset: int, length: int = 1) -> Place:
        """The place of a character of an inner string."""
        spot = self.inner.text_place(route, offset, length)
        return self.outer.text_place((), self._starts[spot.line - 1] + spot.column - 1, spot.length)

    @cached_property
    def _starts(self) -> list[int]:
        """The offset of each line of the inner text."""
        line_break = "\n" if self.inner.file.endswith(".json") else r"\r\n|[\n\r\x85\u2028\u2029]"
        return [0, *(match.end() for match in re.finditer(line_break, self.inner.text))]


@dataclass(frozen=True, slots=True, eq=False)
class KubeObject:
    """One object, as written or as a kustomization builds it."""

    located: Located
    api_version: str
    kind: str
    metadata: dict[str, Any]
    document: Document | None = field(default=None)
    """The document of an object as written; None if it was built."""

    @property
    def value(self) -> dict[str, Any]:
        """The whole object."""
        found: dict[str, Any] = self.located.value
        return found

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.api_version.rpartition("/")[0]

    @property
    def name(self) -> str:
        """metadata.name, or nothing."""
        return str(self.metadata.get("name") or "")

    @property
    def namespace(self) -> str:
        """metadata.namespace, or nothing."""
        return str(self.metadata.get("namespace") or "")

    @property
    def fingerprint(self) -> str:
        """Equal for equal content."""
        return json.dumps(self.value, default=str)

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {name}" if name else f"a {self.kind} without a name"


def as_object(located: Located, document: Document | None = None) -> KubeObject | None:
    """The object that a value is, if it says which apiVersion and kind it has."""
    value = located.value
    if not isinstance(value, dict):
        return None
    api_version, kind, metadata = value.get("apiVersion"), value.get("kind"), value.get("metadata")
    if not (isinstance(api_version, str) and isinstance(kind, str) and api_version and kind):
        return None
    return KubeObject(located, api_version, kind, metadata if isinstance(metadata, dict) else {}, document)
