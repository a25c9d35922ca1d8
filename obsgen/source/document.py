"""A document that has been read, and the places of its values."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from obsgen.findings import Place
from obsgen.source.events import Route, locate
from obsgen.source.jsontext import locate_json
from obsgen.source.spelling import written_at, written_end

_BREAK = "\r\n|[\n\r\x85\u2028\u2029]"  # those of YAML 1.1, which libyaml counts
_NO_BREAK = re.compile("[^\r\n]*")

Places = dict[Route, tuple[Place, Place]]
"""The places of key and value for each route of a document."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A plain scalar that YAML 1.1 readers understand differently."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document or JSON file: its data, and where each value of it stands."""

    file: str
    text: str
    value: Any
    index: int = 0
    traps: tuple[Trap, ...] = ()
    _shared: list[Places] = field(default_factory=list, repr=False, compare=False)
    """The places in all documents of the file, which share this list; empty until somebody asks."""

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where the value at `route` (with `key`: its mapping key) stands; the nearest parent if absent."""
        places = self.places()
        while route and route not in places:
            route, key = route[:-1], True
        found = places.get(route)
        return found[0 if key else 1] if found else Place(self.file)

    def places(self) -> Places:
        """The places of key and value for every route."""
        if not self._shared:
            is_json = self.file.endswith(".json")
            self._shared.extend([locate_json(self.text, self.file)] if is_json else locate(self.text, self.file))
        return self._shared[self.index]

    def text_place(self, route: Route, offset: int, length: int = 1) -> Place:
        """Where character `offset` of the string at `route` stands in the file; exact but for tags and anchors.

        The place is as long as `length` characters are written there, as far as they stand on the first line.
        """
        start = self.place(route)
        value = self.at(route)
        if not isinstance(value, str):
            return start
        starts = line_starts(self.text, self.file)
        scalar = starts[start.line - 1] + start.column - 1
        at = written_at(self.text, scalar, value, offset)
        end = written_end(self.text, scalar, value, max(offset, min(offset + length, len(value)) - 1))
        line = bisect_right(starts, at)
        written = _NO_BREAK.match(self.text, at, max(at, end))
        return Place(self.file, line, at - starts[line - 1] + 1, max(1, len(written[0]) if written else length))

    def at(self, route: Route) -> Any:
        """The value at `route`, or None where there is none."""
        value = self.value
        for step in route:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value


@lru_cache(maxsize=16)
def line_starts(text: str, file: str) -> list[int]:
    """The offset of each line, by the line breaks of the language that the file's name tells."""
    line_break = "\n" if file.endswith(".json") else _BREAK
    return [0, *(match.end() for match in re.finditer(line_break, text))]
