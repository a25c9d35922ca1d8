"""A component's file that stands in several folders: merged by name, and every value knows the file that it stands in.

The nearest folder comes first. Its entries are added to those of the next, or replace them; `null` removes one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from obsgen.findings import Finding, Place, error
from obsgen.hints import nearest
from obsgen.source import Document, Route

Source = tuple[Document, Route]
"""A document, and a route in it."""


@dataclass(frozen=True)
class Layered:
    """Merged data. `sources` says at which routes another document takes over, `removed` what `null` took away."""

    value: Any
    sources: Mapping[Route, Source]
    removed: Mapping[Route, Place] = field(default_factory=dict)
    faults: tuple[Finding, ...] = ()

    def source(self, route: Route) -> Source:
        """The document that the value at `route` stands in, and its route there."""
        length = next(length for length in range(len(route), -1, -1) if route[:length] in self.sources)
        document, written = self.sources[route[:length]]
        return document, written + route[length:]

    def place(self, route: Route, key: bool = False) -> Place:
        """Where the value (or its key) at `route` stands."""
        document, written = self.source(route)
        return document.place(written, key=key)

    def text_place(self, route: Route, offset: int, length: int) -> Place:
        """Where a part of the text at `route` stands."""
        document, written = self.source(route)
        return document.text_place(written, offset, length)


def layered(documents: Sequence[Document], *, deep: bool) -> Layered:
    """The layers of a file, nearest first, as one; `deep` merges mappings inside mappings as well."""
    *nearer, last = documents
    result = Layered(last.value, {(): (last, ())})
    for document in reversed(nearer):
        result = _Merge(result, document, deep).result()
    return result


class _Merge:
    """Lays one document over what is below it; what is not kept from below stands in the document itself."""

    def __init__(self, below: Layered, document: Document, deep: bool) -> None:
        self.below, self.document, self.deep = below, document, deep
        self.sources: dict[Route, Source] = {(): (document, ())}
        self.removed = dict(below.removed)
        self.faults = list(below.faults)

    def result(self) -> Layered:
        """The merged layers."""
        return Layered(self._value(), self.sources, self.removed, tuple(self.faults))

    def _value(self) -> Any:
        below, changes = self.below.value, self.document.value
        if isinstance(below, dict) and isinstance(changes, dict):
            return self._mapping(below, changes, ())
        if isinstance(below, list) and isinstance(changes, (list, dict)):
            return self._rules(below, changes)
        return changes

    def _mapping(self, below: Mapping[Any, Any], changes: Mapping[Any, Any], route: Route) -> dict[Any, Any]:
        for key in below.keys() - changes.keys():
            self._keep((*route, key), (*route, key))
        result = dict(below)
        for key, change in changes.items():
            here = (*route, key)
            if change is None:
                self._remove(here, below)
                result.pop(key, None)
            elif self.deep and isinstance(change, dict) and isinstance(below.get(key), dict):
                result[key] = self._mapping(below[key], change, here)
            else:
                self.removed.pop(here, None)
                result[key] = change
        return result

    def _rules(self, below: Sequence[Any], changes: list[Any] | dict[str, Any]) -> list[Any]:
        """Recording rules by the series that they record: those of a name replace all that had it."""
        wanted = list(_named(changes))
        names = {name for name, _, _ in wanted}
        result: list[Any] = []
        for index, rule in enumerate(below):
            if _recorded(rule) not in names:
                self._keep((len(result),), (index,))
                result.append(rule)
        for _, rule, written in wanted:
            if rule is None:
                self._remove(written, [_recorded(each) for each in below])
            else:
                self.sources[(len(result),)] = (self.document, written)
                result.append(rule)
        return result

    def _keep(self, here: Route, there: Route) -> None:
        self.sources[here] = self.below.source(there)
        for route, source in self.below.sources.items():
            if route[: len(there)] == there:
                self.sources[here + route[len(there) :]] = source

    def _remove(self, route: Route, known: Mapping[Any, Any] | Sequence[Any]) -> None:
        place, name = self.document.place(route, key=True), route[-1]
        self.removed[route] = place
        if name not in known:
            message = f"null removes, but there is no '{name}' to remove"
            self.faults.append(error("component/no-entry", message, place, nearest(str(name), sorted(map(str, known)))))


def _named(changes: list[Any] | dict[str, Any]) -> Iterator[tuple[Any, Any, Route]]:
    """Name, rule and route of each rule in a list, or in a mapping from names to rules or null."""
    if isinstance(changes, list):
        yield from ((_recorded(rule), rule, (index,)) for index, rule in enumerate(changes))
        return
    for name, rule in changes.items():
        yield name, {"record": name, **rule} if isinstance(rule, dict) else rule, (name,)


def _recorded(rule: Any) -> str:
    return str(rule.get("record")) if isinstance(rule, dict) else ""
