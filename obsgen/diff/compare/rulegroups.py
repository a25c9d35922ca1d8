"""Groups of rules: how often they are worked out, and what else a group says of all its rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen.diff.model import Change, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.queries.rules import Held, held

_OWN = frozenset(("name", "rules"))
_DEFAULT = "the default"


def compare(pair: Pair) -> Iterator[Change]:
    """Groups of one name that say something else, and rules that moved to a group of another pace."""
    old, new = held(pair)
    before, after = _groups(old), _groups(new)
    for key, now in after.items():
        was = before.get(key)
        if was:
            yield from _group(pair, was, now)
    yield from _moved(pair, old, new)


def _groups(rules: list[Held]) -> dict[tuple[object, str], Held]:
    """A rule of each group, by the object or file and the group's name."""
    return {(each.spot.owner, _name(each)): each for each in reversed(rules)}


def _name(rule: Held) -> str:
    return str(rule.group.value.get("name") or "")


def _group(pair: Pair, old: Held, new: Held) -> Iterator[Change]:
    before, after = ({key: value for key, value in each.group.value.items() if key not in _OWN} for each in (old, new))
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            what = f"{key} {_said(before.get(key))} → {_said(after.get(key))}"
            yield _change(pair, old, new, "change/group-changed", f"group {_name(new)}", what)


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={each}" for key, each in sorted(value.items())) or "nothing"
    return _DEFAULT if value is None else str(value)


def _moved(pair: Pair, old: list[Held], new: list[Held]) -> Iterator[Change]:
    """Rules that are the same, but for the pace of the group that they stand in now."""
    before = {_identity(each): each for each in old}
    for now in new:
        was = before.get(_identity(now))
        if was and _name(was) != _name(now):
            paces = [_said(each.group.value.get("interval")) for each in (was, now)]
            if paces[0] != paces[1]:
                what = f"worked out every {paces[1]} instead of {paces[0]}: in group {_name(now)} now"
                yield _change(pair, was, now, "change/rule-moved", now.title, what)


def _identity(rule: Held) -> tuple[object, ...]:
    return rule.rule.is_alert, rule.name, tuple(sorted((str(key), str(value)) for key, value in rule.labels.items()))


def _change(pair: Pair, old: Held, new: Held, id_: str, subject: str, what: str) -> Change:
    spots = (Spot(*old.spot), Spot(*new.spot))
    places = pair.old.tree.place(old.group.place()), pair.new.tree.place(new.group.place())
    return Change(id_, "~", subject, what, Risk.REVIEW, (), spots, *places)
