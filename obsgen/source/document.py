"""A document that has been read, and the places of its values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from obsgen.findings import Place
from obsgen.source.events import Route, locate


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
    _places: dict[Route, tuple[Place, Place]] = field(default_factory=dict, repr=False, compare=False)

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where the value at `route` (with `key`: its mapping key) stands; the nearest parent if absent."""
        if not self._places:
            self._places.update(locate(self.text, self.file, self.index))
        while route and route not in self._places:
            route, key = route[:-1], True
        found = self._places.get(route)
        return found[0 if key else 1] if found else Place(self.file)

    def text_place(self, route: Route, offset: int, length: int = 1) -> Place:
        """Where character `offset` of the string at `route` stands in the file.

        Exact for literal blocks and one-line scalars without escapes; otherwise the scalar's start.
        """
        start = self.place(route)
        value = self.at(route)
        lines = self.text.splitlines()
        if not isinstance(value, str) or start.line > len(lines):
            return start
        rest = lines[start.line - 1][start.column - 1 :]
        if rest.startswith("|"):
            return _block_place(self.file, lines, start.line, value, offset, length)
        quote = 1 if rest[:1] in ("'", '"') else 0
        if rest[quote : quote + len(value)] == value:
            return Place(self.file, start.line, start.column + quote + offset, length)
        return start

    def at(self, route: Route) -> Any:
        """The value at `route`, or None where there is none."""
        value = self.value
        for step in route:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def _block_place(file: str, lines: list[str], line: int, value: str, offset: int, length: int) -> Place:
    """The place of a character of a literal block whose indicator stands on `line`."""
    before = value[:offset]
    row = line + before.count("\n")
    if row >= len(lines):
        return Place(file, line)
    wanted = value.split("\n")[before.count("\n")]
    indent = len(lines[row]) - len(wanted)
    return Place(file, row + 1, max(indent, 0) + offset - (before.rfind("\n") + 1) + 1, length)
