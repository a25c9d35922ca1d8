"""What no comparison speaks of: parts of objects and files that differ all the same, so that nothing goes untold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from obsgen.diff.leaves import MISSING, Leaf, leaves
from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.pairs import Both, Document, Pair, object_leaves
from obsgen.diff.trees import Tree
from obsgen.findings import Place
from obsgen.source import Route

_SHOWN = 3
_LONGEST = 60


def unexplained(pair: Pair, told: Iterable[Change]) -> Iterator[Change]:
    """A change for each object and file with differences that none of the changes covers."""
    covered: dict[Key | str, list[Route]] = {}
    for change in told:
        for spot in change.covers:
            covered.setdefault(spot.owner, []).append(spot.route)
    for both in pair.changed:
        yield from _of_object(pair, both, covered.get(both.key, []))
    for document in pair.documents:
        yield from _of_document(pair, document, covered.get(document.path, []))


def _of_object(pair: Pair, both: Both, covered: list[Route]) -> Iterator[Change]:
    subject, spot = str(both.key), Spot(both.key)
    old = pair.old.tree.place(both.old.located.place()) if both.old else None
    new = pair.new.tree.place(both.new.located.place()) if both.new else None
    if both.old is None or both.new is None:
        if not covered:
            yield _whole(subject, spot, old, new, "object")
        return
    left = _uncovered(object_leaves(both), covered)
    if left:
        yield _changed("object", subject, left, spot, old, _place(pair.new.tree, both, left))


def _of_document(pair: Pair, document: Document, covered: list[Route]) -> Iterator[Change]:
    old = pair.old.tree.place(document.old.place()) if document.old else None
    new = pair.new.tree.place(document.new.place()) if document.new else None
    spot = Spot(document.path)
    if document.old is None or document.new is None:
        if not covered:
            yield _whole(document.path, spot, old, new, "file")
        return
    left = _uncovered(list(leaves(document.old.value, document.new.value)), covered)
    if left:
        yield _changed("file", document.path, left, spot, old, new)


def _whole(subject: str, spot: Spot, old: Place | None, new: Place | None, sort: str) -> Change:
    if old is None:
        return Change(f"change/{sort}-added", "+", subject, "new", Risk.SAFE, (), (spot,), old, new)
    return Change(f"change/{sort}-removed", "-", subject, "gone", Risk.REVIEW, (), (spot,), old, new)


def _changed(sort: str, subject: str, left: list[Leaf], spot: Spot, old: Place | None, new: Place | None) -> Change:
    lines = [_line(each) for each in left]
    more = [f"{len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    what = "; ".join([*lines[:_SHOWN], *more])
    return Change(f"change/{sort}-changed", "~", subject, what, Risk.REVIEW, tuple(lines), (spot,), old, new)


def _uncovered(found: list[Leaf], covered: list[Route]) -> list[Leaf]:
    return [each for each in found if not any(each.route[: len(route)] == route for route in covered)]


def _place(tree: Tree, both: Both, left: list[Leaf]) -> Place | None:
    """Where the first of the parts that differ stands now."""
    return tree.place(both.new.located.place(left[0].route)) if both.new else None


def _line(leaf: Leaf) -> str:
    path = route_text(leaf.route)
    if leaf.old is MISSING:
        return f"{path} {_shown(leaf.new)} is new"
    if leaf.new is MISSING:
        return f"{path} {_shown(leaf.old)} is gone"
    return f"{path} {_shown(leaf.old)} → {_shown(leaf.new)}"


def route_text(route: Route) -> str:
    """A route as people write it: `spec.containers[0].image`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in route)
    return text.removeprefix(".")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = " ".join(text.split()) or "''"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
