"""Grafana's dashboards wherever they stand on the two sides of a unit, and which of them belong together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from obsgen.diff.model import Key, Spot
from obsgen.diff.parts.things import Thing
from obsgen.repository.classify import is_dashboard
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.objects import Embedded, Located
from obsgen.source import load_text

_TEXT = ('"panels"', '"rows"')


@dataclass(frozen=True, eq=False)
class Board:
    """A dashboard of one side: where it stands, and its content."""

    owner: Key | str
    outer: Located
    """Its text, or the mapping that it is."""
    value: dict[str, Any]
    is_alone: bool = False
    """Whether the mapping around it holds nothing else."""

    @property
    def spot(self) -> Spot:
        """The part of an object or file that it is."""
        return Spot(self.owner, self.outer.route)

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The same, and the mapping around it where that holds nothing else."""
        route = self.outer.route
        around = (Spot(self.owner, route[:-1]),) if self.is_alone and len(route) > 1 else ()
        return (self.spot, *around)

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.value.get("title") or self.value.get("uid") or "without a title")

    @property
    def uid(self) -> str:
        """What links name."""
        return str(self.value.get("uid") or "")

    @cached_property
    def located(self) -> Located:
        """Its content, with places. Only what is told needs them: a text is read for that once more."""
        if not isinstance(self.outer.value, str):
            return self.outer
        document = load_text(self.outer.value, "board.json")[0]
        whole = Located(document.value, Embedded(document, self.outer))
        return whole if is_dashboard(whole.value) else whole.at("dashboard")

    @property
    def dashboard(self) -> Dashboard:
        """The same for those who look at panels and queries."""
        return Dashboard(self.located)


class BoardMatch(NamedTuple):
    """A dashboard on both sides; None where it is not there."""

    old: Board | None
    new: Board | None


def matched_boards(things: Iterable[Thing]) -> list[BoardMatch]:
    """The dashboards of some things: those of one uid, of one title, or at one place belong together."""
    things = list(things)
    old = [board for each in things if each.old for board in boards_in(each.owner, each.old)]
    new = [board for each in things if each.new for board in boards_in(each.owner, each.new)]
    found: list[BoardMatch] = []
    for key in _KEYS:
        there = {key(each): each for each in reversed(new) if key(each)}
        for one in list(old):
            other = there.pop(key(one), None)
            if other:
                old.remove(one)
                new.remove(other)
                found.append(BoardMatch(one, other))
    found += _renamed(old, new)
    return [*found, *(BoardMatch(one, None) for one in old), *(BoardMatch(None, one) for one in new)]


def _renamed(old: list[Board], new: list[Board]) -> Iterator[BoardMatch]:
    """Boards that ask mostly the same, whatever they are called; they are taken out of both lists."""
    for one in list(old):
        asked = _asked(one)
        other = max(new, key=lambda each: len(asked & _asked(each)), default=None)
        if other and 2 * len(asked & _asked(other)) > max(len(asked), len(_asked(other))):
            old.remove(one)
            new.remove(other)
            yield BoardMatch(one, other)


def _asked(board: Board) -> frozenset[str]:
    """The queries of its panels, their spaces aside; a board's own name in its datasources and links says nothing."""
    panels = (panel.value for panel in Dashboard(Located(board.value, board.outer)).panels())
    targets = (each for panel in panels for each in _list(panel.get("targets")) if isinstance(each, dict))
    return frozenset("".join(str(each["expr"]).split()) for each in targets if each.get("expr"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_KEYS: tuple[Callable[[Board], object], ...] = (
    lambda board: board.uid and (board.uid, board.spot),
    lambda board: board.uid,
    lambda board: board.value.get("title"),
    lambda board: board.spot,
)


def boards_in(owner: Key | str, part: Located) -> Iterator[Board]:
    """The dashboards of an object or file, wherever in it they stand."""
    if may_hold_texts(owner):
        yield from _boards(owner, part)


def may_hold_texts(owner: Key | str) -> bool:
    """Whether texts for Grafana may stand in an object, or in values that it hands on; in files they always may."""
    return not isinstance(owner, Key) or owner.kind in _HOLDERS


_HOLDERS = frozenset(("Application", "ApplicationSet", "ConfigMap", "GrafanaDashboard", "HelmRelease", "Secret"))


def _boards(owner: Key | str, part: Located, *, is_alone: bool = False) -> Iterator[Board]:
    value = part.value
    if isinstance(value, str):
        found = read_board(value) if any(each in value for each in _TEXT) else None
        if found is not None:
            yield Board(owner, part, found, is_alone)
    elif is_dashboard(value):
        yield Board(owner, part, value, is_alone)
    elif isinstance(value, dict):
        for key in value:
            yield from _boards(owner, part.at(key), is_alone=len(value) == 1)
    elif isinstance(value, list):
        for each in part.items():
            yield from _boards(owner, each)


@lru_cache(maxsize=512)
def read_board(text: str) -> dict[str, Any] | None:
    """The dashboard that a text is, its own or inside what Grafana's API takes; None if it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found: list[Any] = [value, value.get("dashboard") if isinstance(value, dict) else None]
    return next((each for each in found if is_dashboard(each)), None)
