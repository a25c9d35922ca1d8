"""Alerts: new ones, those that are gone or renamed, and those that fire earlier, later, or on something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from obsgen.diff.expressions import Difference, Part
from obsgen.diff.limits import limit_text
from obsgen.diff.model import Change, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.rules import Held, Match, held, matched, parts
from obsgen.promql.durations import milliseconds

_PAGING = frozenset(("critical", "page"))
_TEXTS = ("annotations",)
_TIMES = ("for", "keep_firing_for")


def compare(pair: Pair) -> Iterator[Change]:
    """What alerts mean now that they did not before."""
    old, new = ([each for each in side if each.rule.is_alert] for side in held(pair))
    for match in matched(old, new):
        yield from _Alert(pair, match).changes()


@dataclass(frozen=True)
class _Alert:
    """An alert on both sides."""

    pair: Pair
    match: Match

    def changes(self) -> Iterator[Change]:
        old, new = self.match
        if new is None and old:
            yield self._change("removed", "-", f"no longer alerts ({_severity(old)})", Risk.STOPS_PAGING)
        elif old is None and new:
            risk = Risk.PAGES if _severity(new) in _PAGING else Risk.SAFE
            yield self._change("added", "+", f"new, {_severity(new)}", risk, (_one_line(new),))
        elif old and new:
            yield from self._differences(old, new)

    def _differences(self, old: Held, new: Held) -> Iterator[Change]:
        found = [*self._named(old, new), *self._expression(old, new), *self._times(old, new), *self._labels(old, new)]
        yield from found
        if not found and old.rule.value.get("annotations") != new.rule.value.get("annotations"):
            yield self._change("text", "~", "other texts", Risk.SAFE)
        elif not found and _rest(old) != _rest(new):
            yield self._change("changed", "~", f"other {', '.join(_differing(old, new))}", Risk.REVIEW)

    def _named(self, old: Held, new: Held) -> Iterator[Change]:
        if old.name != new.name:
            what = f"renamed from {old.name}: silences, routes and links by the old name no longer match"
            yield self._change("renamed", "~", what, Risk.REVIEW)

    def _expression(self, old: Held, new: Held) -> Iterator[Change]:
        lines = (f"- {_one_line(old)}", f"+ {_one_line(new)}")
        for each in parts(old, new):
            yield self._of_part(each, new, lines)

    def _of_part(self, found: Difference, new: Held, lines: tuple[str, ...]) -> Change:
        if found.part is Part.LIMIT:
            before, after = (limit_text(self.pair.new.tree, new.rule, found, each) for each in (found.old, found.new))
            return self._direction(found.looser, f"{before} → {after}", lines)
        if found.part is Part.MATCHER:
            return self._direction(found.looser, _matchers(found), lines, narrow=True)
        words = {
            Part.SERIES: f"asks {found.new} instead of {found.old}",
            Part.WINDOW: f"window {found.old or 'now'} → {found.new or 'now'}",
            Part.GROUPING: f"{found.old or 'by nothing'} → {found.new or 'by nothing'}",
            Part.NUMBER: f"{found.old} → {found.new} in the expression",
            Part.OPERATION: f"{found.old} → {found.new} in the expression",
        }
        return self._change("expression", "~", words.get(found.part, "another expression"), Risk.REVIEW, lines)

    def _direction(
        self, looser: bool | None, what: str, lines: tuple[str, ...] = (), *, narrow: bool = False
    ) -> Change:
        if looser is None:
            return self._change("expression", "~", what, Risk.REVIEW, lines)
        if looser:
            return self._change("looser", "▲", f"{'narrower' if narrow else 'looser'}: {what}", Risk.REVIEW, lines)
        return self._change("tighter", "▼", f"{'wider' if narrow else 'tighter'}: {what}", Risk.PAGES, lines)

    def _times(self, old: Held, new: Held) -> Iterator[Change]:
        for key in _TIMES:
            before, after = (str(each.rule.value.get(key) or "0s") for each in (old, new))
            one, other = milliseconds(before), milliseconds(after)
            if before != after and one != other:
                longer = None if one is None or other is None else other > one
                looser = longer if key == "for" else None
                yield self._direction(looser, f"{key} {before} → {after}")

    def _labels(self, old: Held, new: Held) -> Iterator[Change]:
        before, after = _severity(old), _severity(new)
        if before != after:
            risk = Risk.STOPS_PAGING if before in _PAGING else Risk.PAGES if after in _PAGING else Risk.REVIEW
            yield self._change("severity", "~", f"severity {before} → {after}", risk)
        for label in sorted({*old.labels, *new.labels} - {"severity"}):
            if old.labels.get(label) != new.labels.get(label):
                one, other = (_label(each.labels.get(label)) for each in (old, new))
                yield self._change("label", "~", f"label {label} {one} → {other}", Risk.REVIEW)

    def _change(self, id_: str, sign: str, what: str, risk: Risk, details: tuple[str, ...] = ()) -> Change:
        old, new = self.match
        shown = new or old
        return Change(
            f"change/alert-{id_}",
            sign,
            shown.name if shown else "",
            what,
            risk,
            details,
            tuple(Spot(*each.spot) for each in (old, new) if each),
            self.pair.old.tree.place(old.place) if old else None,
            self.pair.new.tree.place(new.place) if new else None,
        )


def _severity(alert: Held) -> str:
    return str(alert.labels.get("severity") or "no severity")


def _label(value: Any) -> str:
    return "nothing" if value is None else str(value)


def _matchers(found: Difference) -> str:
    if found.old and found.new:
        return f"{found.old} → {found.new}"
    return f"only {found.new}" if found.new else f"no longer only {found.old}"


def _one_line(alert: Held) -> str:
    return " ".join(alert.rule.expr.split())


def _rest(alert: Held) -> dict[str, Any]:
    """What no other sentence speaks of. Expressions are compared by meaning, so their texts are left out."""
    told = ("alert", "expr", "labels", "annotations", *_TIMES)
    return {key: value for key, value in alert.rule.value.items() if key not in told}


def _differing(old: Held, new: Held) -> list[str]:
    before, after = _rest(old), _rest(new)
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
