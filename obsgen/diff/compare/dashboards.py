"""Dashboards: new ones, those that are gone or called otherwise, and what their panels show now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from weakref import WeakKeyDictionary

from obsgen.diff.boards.boards import BoardMatch, matched_boards
from obsgen.diff.boards.changes import board_changes
from obsgen.diff.model import Change, Key, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.trees import Tree

_GROUP = "grafana.integreatly.org"
_Texts = tuple[str | None, str | None]
_known: WeakKeyDictionary[Tree, dict[_Texts, tuple[Change, ...]]] = WeakKeyDictionary()
"""What has been said of two texts: the same board comes to a thousand clusters."""


def compare(pair: Pair) -> Iterator[Change]:
    """What people see in Grafana now that they did not before, and what they miss."""
    every = list(things(pair))
    for match in matched_boards(every):
        spots = (*(spot for each in match if each for spot in each.spots), *_loaders(match, every))
        yield from (replace(each, covers=spots) for each in _changes(pair, match))


def _changes(pair: Pair, match: BoardMatch) -> tuple[Change, ...]:
    old, new = (each.outer.value if each else None for each in match)
    if not all(isinstance(each, str | None) for each in (old, new)):
        return tuple(board_changes(pair, match))
    known = _known.setdefault(pair.new.tree, {})
    if (old, new) not in known:
        known[old, new] = tuple(board_changes(pair, match))
    return known[old, new]


def _loaders(match: BoardMatch, every: list[Thing]) -> Iterator[Spot]:
    """The objects that bring a board to Grafana, and that come or go with it."""
    board = match.new or match.old
    if board and not (match.old and match.new) and isinstance(board.owner, Key):
        for thing in every:
            side = thing.new if match.new else thing.old
            is_one = isinstance(thing.owner, Key) and (thing.group, thing.kind) == (_GROUP, "GrafanaDashboard")
            if is_one and side and side.at("spec", "configMapRef", "name").value == board.owner.name:
                yield Spot(thing.owner)
