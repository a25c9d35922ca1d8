"""Keys with a slip of the pen, read as what was meant, so that what stands behind them can be looked at as well."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.annotations import keys_at, types_at
from obsgen.findings import Finding
from obsgen.hints import ALIKE, closest
from obsgen.reshape import fits
from obsgen.source import Document, Route
from obsgen.source.document import line_starts
from obsgen.validation import MOST_FAULTS, route_of


def slips(problem: ValidationError, adapter: TypeAdapter[Any], value: Any) -> Iterator[tuple[Route, str]]:
    """Routes of unknown keys in a value, each with the key that was meant and is not there."""
    annotation = getattr(adapter, "_type", None)
    every = problem.errors(include_url=False)
    for fault in every if len(every) <= MOST_FAULTS else ():
        route = route_of(fault)
        meant = _meant(annotation, route, fault["input"]) if fault["type"] == "extra_forbidden" else None
        if meant and meant not in _at(value, route[:-1]):
            yield route, meant


def _meant(annotation: Any, route: Route, value: Any) -> str | None:
    key, known = str(route[-1]), keys_at(annotation, route[:-1])
    sure = closest(key, known, ALIKE)
    perhaps = closest(key, known)
    if sure or perhaps is None:
        return sure
    return perhaps if any(fits(value, each) for each in types_at(annotation, (*route[:-1], perhaps))) else None


def _at(value: Any, route: Route) -> Any:
    for step in route:
        value = value[step]
    return value


def renamed(document: Document, keys: Mapping[Route, str], texts: Collection[str]) -> Document:
    """The document with other keys at these routes; what stands behind them has the place that it had.

    Numbers behind keys in `texts` are as they are written: version 0.10 is not 0.1.
    """
    value, places = deepcopy(document.value), dict(document.places())
    # The deepest first: a route leads through keys that are still as they were written.
    for route in sorted(keys, key=len, reverse=True):
        holder = _at(value, route[:-1])
        found = holder.pop(route[-1])
        holder[keys[route]] = _as_written(document, route, found) if keys[route] in texts else found
        there = (*route[:-1], keys[route])
        places |= {
            (*there, *each[len(route) :]): found for each, found in places.items() if each[: len(route)] == route
        }
    shared = list(document._shared)
    shared[document.index] = places
    return replace(document, value=value, _shared=shared)


def _as_written(document: Document, route: Route, value: Any) -> Any:
    if isinstance(value, list):
        return [_as_written(document, (*route, index), each) for index, each in enumerate(value)]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    place = document.place(route)
    start = line_starts(document.text, document.file)[place.line - 1] + place.column - 1
    return document.text[start : start + place.length]


def behind(document: Document, routes: Sequence[Route], findings: Sequence[Finding]) -> list[Finding]:
    """Those of the findings that stand at, or inside, the values at these routes."""
    lengths = {len(route) for route in routes}
    places = {
        place
        for route, both in document.places().items()
        if any(route[:length] in routes for length in lengths)
        for place in both
    }
    return [each for each in findings if each.place in places]
