"""Where the values of a JSON text stand, and how deep they nest; the text has been parsed and is JSON."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from obsgen.findings import Place

Places = dict[tuple[str | int, ...], tuple[Place, Place]]

_TOKEN = re.compile(r"""(?P<string>"(?:[^"\\]|\\.)*")|(?P<punctuation>[\[\]{},:])|(?P<scalar>[^\s\[\]{},:"]+)""", re.S)
_ESCAPE = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u\w{4}|\\.", re.S)
_HALF = re.compile(r"\\u[dD][89a-fA-F]\w\w")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
_BRACKETS = re.compile(r"[\[{\]}]")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def depth(text: str) -> int:
    """How deep lists and mappings nest."""
    brackets = _BRACKETS.findall(_STRING.sub("", text))
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)


def half_character(text: str, file: str) -> Place | None:
    """Where an escape stands for one half of a surrogate pair whose other half is missing."""
    for match in _ESCAPE.finditer(text) if "\\u" in text else ():
        if _HALF.fullmatch(match.group()):
            before = text[: match.start()]
            column = match.start() - before.rfind("\n")
            return Place(file, before.count("\n") + 1, column, len(match.group()))
    return None


def locate_json(text: str, file: str) -> Places:
    """The places of all keys and values."""
    return _walked(text, file).places


def duplicate_keys(text: str, file: str) -> list[tuple[str, Place]]:
    """The keys that stand in one mapping more than once, and where they do so again."""
    return _walked(text, file).again


def _walked(text: str, file: str) -> _Walk:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    walk = _Walk({}, [_Level((), is_map=False)], [])
    for token in _TOKEN.finditer(text):
        line = bisect_right(starts, token.start())
        place = Place(file, line, token.start() - starts[line - 1] + 1, len(token.group()))
        walk.take(token.group(), place)
    return walk


@dataclass(slots=True)
class _Level:
    """An open list or mapping: its route, and the key or index that the next value has."""

    route: tuple[str | int, ...]
    is_map: bool
    step: Any = None
    key: Place | None = None


@dataclass(slots=True)
class _Walk:
    places: Places
    open: list[_Level]
    again: list[tuple[str, Place]]

    def take(self, text: str, place: Place) -> None:
        """Goes one token further; the outermost level holds the one value of the text."""
        level = self.open[-1]
        if text in "]}":
            self.open.pop()
        elif text == ",":
            level.step, level.key = (None, None) if level.is_map else (level.step + 1, None)
        elif text != ":":
            if level.is_map and level.key is None:
                level.step, level.key = json.loads(text), place
                return
            route = level.route if len(self.open) == 1 else (*level.route, level.step)
            if route in self.places and level.key:
                self.again.append((level.step, level.key))
            opens = text in "[{"
            spot = Place(place.file, place.line, place.column) if opens else place
            self.places[route] = (level.key or spot, spot)
            if opens:
                self.open.append(_Level(route, text == "{", None if text == "{" else 0))


def json_hint(text: str, at: int) -> str:
    """What to write where a reader of JSON stopped, for the slips that people make who write JSON like YAML."""
    before, here = text[:at].rstrip()[-1:], text[at : at + 1]
    if not here:
        return "the text ends too early: something is not closed"
    if here == "'":
        return "JSON has double quotes only"
    if text.startswith(("//", "/*", "#"), at):
        return "JSON has no comments"
    if before == "," and here in "]}":
        return "remove the comma before it"
    if here in '"{[' and before in '"}]0123456789el':
        return "write a comma before it"
    return "put names and texts in double quotes" if here.isalpha() else ""
