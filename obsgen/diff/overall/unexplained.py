"""What no comparison speaks of: parts of objects and files that differ all the same, so that nothing goes untold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any

from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.leaves import MISSING, Leaf
from obsgen.diff.parts.shown import route_text, shown
from obsgen.diff.parts.things import Thing, things
from obsgen.repository.chartvalues import is_values
from obsgen.source import Route

_SHOWN = 3
_CHECKSUM = "obsgen.dev/checksum"
"""An annotation of Pods that makes them restart when a file that they read changes."""


def unexplained(pair: Pair, told: Iterable[Change]) -> Iterator[Change]:
    """A change for each object and file with differences that none of the changes covers; new and gone by kind."""
    told = list(told)
    covered: dict[Key | str, list[Route]] = {}
    for change in told:
        for spot in change.covers:
            covered.setdefault(spot.owner, []).append(spot.route)
    every = list(things(pair))
    there = [each for each in every if each.owner not in covered and not (each.old and each.new)]
    found = [change for each in every for change in _changed(each, covered.get(each.owner, []))]
    found += _together([each for each in there if each.new is None])
    found += _together([each for each in there if each.old is None])
    yield from found
    if not told and not found:
        yield from _restarts(every)


def _restarts(every: Iterable[Thing]) -> Iterator[Change]:
    """What starts anew, though nobody has told why."""
    for thing in every:
        routes = [each.route for each in thing.leaves if _CHECKSUM in each.route]
        if routes:
            yield thing.change("change/workload-restarts", "~", "its Pods restart", Risk.SAFE, *routes)


def _together(found: list[Thing]) -> Iterator[Change]:
    """Things that are new, or gone: many of one kind are counted, and named for those who ask."""
    by_kind: dict[str, list[Thing]] = {}
    for each in found:
        by_kind.setdefault(each.kind, []).append(each)
    for kind, group in by_kind.items():
        if kind and len(group) > _SHOWN:
            yield _whole(group, f"{len(group)} {many(kind)}", tuple(str(each.owner) for each in group))
        else:
            yield from (_whole([each], str(each.owner), ()) for each in group)


def _whole(group: list[Thing], subject: str, details: tuple[str, ...]) -> Change:
    first = group[0]
    old, new = first.places()
    spots = tuple(Spot(each.owner) for each in group)
    is_object = isinstance(first.owner, Key)
    if first.old is None:
        id_ = "change/object-added" if is_object else "change/file-added"
        return Change(id_, "+", subject, "new", Risk.SAFE, details, spots, old, new)
    id_ = "change/object-removed" if is_object else "change/file-removed"
    return Change(id_, "-", subject, "gone", Risk.REVIEW, details, spots, old, new)


def many(kind: str) -> str:
    """The plural of a kind: `NetworkPolicies`, `Services`."""
    if kind.endswith(("ss", "x", "ch")):
        return f"{kind}es"
    return f"{kind[:-1]}ies" if kind.endswith("cy") else kind if kind.endswith("s") else f"{kind}s"


def _changed(thing: Thing, covered: list[Route]) -> Iterator[Change]:
    if thing.old is None or thing.new is None:
        return
    left = [each for each in thing.leaves if not is_covered(each.route, covered) and _CHECKSUM not in each.route]
    sides = tuple(each.value for each in (thing.old, thing.new))
    lines = [*_renamed(thing, covered), *(line_of(thing.kind, each, *sides) for each in left)]
    if not lines:
        return
    what = few_of(lines)
    routes = [each.route for each in left]
    id_ = "change/object-changed" if isinstance(thing.owner, Key) else "change/file-changed"
    subject = "chart values" if is_values(thing.new.value) else str(thing.owner)
    yield thing.change(id_, "~", what, Risk.REVIEW, *routes, subject=subject, details=tuple(lines))


def is_covered(route: Route, covered: Iterable[Route]) -> bool:
    """Whether a part lies in one of those that are told about."""
    return any(route[: len(each)] == each for each in covered)


def _renamed(thing: Thing, covered: list[Route]) -> Iterator[str]:
    """What an object was called before, if nobody speaks of its name."""
    for key, word in (("namespace", "moved from"), ("name", "renamed from")):
        old, new = thing.values("metadata", key)
        if isinstance(thing.owner, Key) and old != new and () not in covered and ("metadata", key) not in covered:
            yield f"{word} {old or 'no namespace'}"


def few_of(lines: list[str]) -> str:
    """Some lines in one; of many the first."""
    more = [f"{len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "; ".join([*lines[:_SHOWN], *more])


def line_of(kind: str, leaf: Leaf, before: Any, after: Any) -> str:
    """A part that differs, in words; `before` and `after` are the whole values, `kind` that of their object."""
    whole = before if leaf.new is MISSING else after
    path = route_text(leaf.route, whole)
    old, new = (shown(kind, leaf.route, each, whole) for each in (leaf.old, leaf.new))
    if leaf.old is MISSING:
        return f"{path}: {new} is new" if new else f"{path} is new"
    if leaf.new is MISSING:
        return f"{path}: {old} is gone" if old else f"{path} is gone"
    return f"{path} {old} → {new}" if old and new and old != new else f"{path} differs{_much(leaf)}"


def _much(leaf: Leaf) -> str:
    """In how many of a text's lines it differs."""
    if not all(isinstance(each, str) and "\n" in each.strip() for each in (leaf.old, leaf.new)):
        return ""
    old, new = (each.splitlines() for each in (leaf.old, leaf.new))
    parts = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    count = sum(max(j - i, m - k) for tag, i, j, k, m in parts if tag != "equal")
    return f" in {count} line{'s' if count > 1 else ''}" if count else ""
