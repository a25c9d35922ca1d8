"""libyaml's event stream, cut into documents, and where each route of a document stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from _ruamel_yaml import CParser
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from obsgen.findings import Place
from obsgen.source.scalars import resolve_plain

Route = tuple[str | int, ...]
"""Keys and indexes from a document's root to one of its values."""

Event = Any
"""One of ruamel.yaml's event classes; they carry no types."""


MAX_SLOW_CHARACTERS = 200_000
"""How much text the slower parser is given: seconds of work at most."""


def events(text: str, *, slow: bool = False) -> Iterator[Event]:
    """The events of `text`; raises ruamel's YAMLError where it is not YAML.

    libyaml refuses some YAML 1.2, such as a URL in a flow mapping; `slow` asks ruamel's own parser, in Python.
    """
    if slow:
        yield from YAML(typ="safe", pure=True).parse(text)
        return
    parser = CParser(text)
    while parser.check_event():
        yield parser.get_event()


def documents(text: str, *, slow: bool = False) -> Iterator[Iterator[Event]]:
    """One iterator of events for each document; each must be used up before the next."""
    stream = events(text, slow=slow)
    for event in stream:
        if isinstance(event, DocumentStartEvent):
            yield stream


def locate(text: str, file: str) -> list[dict[Route, tuple[Place, Place]]]:
    """For each document, the places of key and value for each of its routes."""
    try:
        return _places(text, file, slow=False)
    except YAMLError:
        return _places(text, file, slow=True)


def _places(text: str, file: str, *, slow: bool) -> list[dict[Route, tuple[Place, Place]]]:
    found = []
    for stream in documents(text, slow=slow):
        places: dict[Route, tuple[Place, Place]] = {}
        _walk(next(stream), stream, (), None, places, file)
        next(stream)
        found.append(places)
    return found


def _walk(
    event: Event,
    events: Iterator[Event],
    route: Route,
    key: Place | None,
    places: dict[Route, tuple[Place, Place]],
    file: str,
) -> None:
    place = _event_place(event, file)
    places[route] = (key or place, place)
    if isinstance(event, MappingStartEvent):
        for name in events:
            if isinstance(name, MappingEndEvent):
                return
            if isinstance(name, ScalarEvent):
                step: Any = name.value if name.style else resolve_plain(name.value)
                _walk(next(events), events, (*route, step), _event_place(name, file), places, file)
            else:
                _walk(name, events, (*route, "?"), None, {}, file)
                _walk(next(events), events, (*route, "?"), None, {}, file)
    elif isinstance(event, SequenceStartEvent):
        for position, item in enumerate(events):
            if isinstance(item, SequenceEndEvent):
                return
            _walk(item, events, (*route, position), None, places, file)


def _event_place(event: Event, file: str) -> Place:
    start, end = event.start_mark, event.end_mark
    one_line = isinstance(event, ScalarEvent) and start.line == end.line
    return Place(file, start.line + 1, start.column + 1, max(end.column - start.column, 1) if one_line else 1)
