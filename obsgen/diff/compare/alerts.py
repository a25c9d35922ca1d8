"""Alerts: new ones, those that are gone or renamed, and those that fire earlier, later, or on something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from obsgen.conventions import SERVICE_LABEL
from obsgen.diff.model import Change, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.queries.expressions import Part
from obsgen.diff.queries.rules import Held, Match, held, matched, parts
from obsgen.diff.queries.sentences import Said, asked, sentences
from obsgen.diff.routing.deliveries import ends_of
from obsgen.diff.routing.reach import PAGING, reach, severity_of
from obsgen.promql.durations import milliseconds

_TIMES = ("for", "keep_firing_for")
_RUNBOOKS = frozenset(("runbook_url", "runbook", "runbookUrl"))


def compare(pair: Pair) -> Iterator[Change]:
    """What alerts mean now that they did not before."""
    sides = held(pair)
    old, new = ([each for each in side if each.rule.is_alert] for side in sides)
    for match in matched(old, new):
        yield from _Alert(pair, match).changes()
    # What is left of rules are their places, their order and how they are laid out.
    spots = tuple(dict.fromkeys(Spot(*each.spot) for side in sides for each in side))
    yield Change("", "", "", "", Risk.SAFE, covers=spots)


@dataclass(frozen=True)
class _Alert:
    """An alert on both sides."""

    pair: Pair
    match: Match

    def changes(self) -> Iterator[Change]:
        old, new = self.match
        if new is None and old:
            yield self._change(
                "change/alert-removed",
                "-",
                f"no longer alerts ({severity_of(old.labels)})",
                Risk.STOPS_PAGING,
                (old.text,),
            )
        elif old is None and new:
            yield self._added(new)
        elif old and new:
            yield from self._differences(old, new)

    def _added(self, new: Held) -> Change:
        severity = severity_of(new.labels)
        receivers, _, wakes = reach(severity, ends_of(self.pair.new, new))
        told = "" if receivers is None else f" → {', '.join(receivers)}" if receivers else ", nobody is told"
        risk = Risk.PAGES if wakes else Risk.SAFE
        return self._change("change/alert-added", "+", f"new, {severity}{told}", risk, (new.text,))

    def _differences(self, old: Held, new: Held) -> Iterator[Change]:
        found = [*self._named(old, new), *self._expression(old, new), *self._times(old, new), *self._labels(old, new)]
        yield from found
        if not found and old.rule.value.get("annotations") != new.rule.value.get("annotations"):
            yield from self._texts(old, new)
        if _differing(_rest(old), _rest(new)):
            what = f"other {', '.join(_differing(_rest(old), _rest(new)))}"
            yield self._change("change/alert-changed", "~", what, Risk.REVIEW)

    def _named(self, old: Held, new: Held) -> Iterator[Change]:
        if old.name != new.name:
            what = f"renamed from {old.name}: silences, routes and links by the old name no longer match"
            yield self._change("change/alert-renamed", "~", what, Risk.REVIEW)

    def _expression(self, old: Held, new: Held) -> Iterator[Change]:
        trees = (self.pair.old.tree, self.pair.new.tree)
        for each in sentences(trees, old, new, parts(old, new)):
            yield self._said(each, (*asked(old, new), f"- {old.text}", f"+ {new.text}"))

    def _said(self, said: Said, lines: tuple[str, ...]) -> Change:
        if said.part in (Part.GUARD, Part.BRANCH):
            return self._condition(said, lines)
        if said.part in (Part.VALUE, Part.TURNED):
            return self._change("change/alert-condition", "~", said.what, Risk.STOPS_PAGING, lines)
        if said.looser is None:
            what = f"limit {said.what}" if said.part is Part.LIMIT else said.what
            return self._change("change/alert-expression", "~", what, Risk.REVIEW, lines)
        words = ("narrower", "wider") if said.part is Part.MATCHER else ("looser", "tighter")
        return self._direction(said.looser, f"{words[0] if said.looser else words[1]}: {said.what}", lines)

    def _condition(self, said: Said, lines: tuple[str, ...]) -> Change:
        """A condition that came or went: an alert that loses one of several to fire on may stay silent for good."""
        sign = "~" if said.looser is None else "▲" if said.looser else "▼"
        lost = said.looser and said.part is Part.BRANCH
        risk = Risk.STOPS_PAGING if lost else Risk.PAGES if said.looser is False else Risk.REVIEW
        return self._change("change/alert-condition", sign, said.what, risk, lines)

    def _direction(self, looser: bool, what: str, lines: tuple[str, ...] = ()) -> Change:
        if looser:
            return self._change("change/alert-looser", "▲", what, Risk.REVIEW, lines)
        return self._change("change/alert-tighter", "▼", what, Risk.PAGES, lines)

    def _times(self, old: Held, new: Held) -> Iterator[Change]:
        for key in _TIMES:
            before, after = (str(each.rule.value.get(key) or "0s") for each in (old, new))
            one, other = milliseconds(before), milliseconds(after)
            if before == after or (one is not None and one == other):
                continue
            if key == "for" and one is not None and other is not None:
                word = "later" if other > one else "sooner"
                yield self._direction(other > one, f"{word}: for {before} → {after}")
            else:
                yield self._change("change/alert-changed", "~", f"{key} {before} → {after}", Risk.REVIEW)

    def _labels(self, old: Held, new: Held) -> Iterator[Change]:
        before, after = severity_of(old.labels), severity_of(new.labels)
        if before != after:
            risk = Risk.STOPS_PAGING if before in PAGING else Risk.PAGES if after in PAGING else Risk.REVIEW
            yield self._change("change/alert-severity", "~", f"severity {before} → {after}", risk)
        for label in sorted({*old.labels, *new.labels} - {"severity"}):
            if old.labels.get(label) != new.labels.get(label):
                one, other = (_label(each.labels.get(label)) for each in (old, new))
                yield self._change("change/alert-label", "~", f"label {label} {one} → {other}", Risk.REVIEW)

    def _texts(self, old: Held, new: Held) -> Iterator[Change]:
        """Texts that differ in more than the server's name behind them, which they have as long as there are others."""
        before, after = (_annotations(each) for each in (old, new))
        keys = _differing(before, after)
        if not keys and _annotations(old, whole=True) != _annotations(new, whole=True):
            return
        lines = tuple(f"{key}: {_label(before.get(key))} → {_label(after.get(key))}" for key in keys)
        what = "another runbook" if keys and _RUNBOOKS.issuperset(keys) else "other texts"
        yield self._change("change/alert-text", "~", what, Risk.SAFE, lines)

    def _change(self, id_: str, sign: str, what: str, risk: Risk, details: tuple[str, ...] = ()) -> Change:
        return self.match.change(self.pair, id_, sign, what, risk, details)


def _annotations(alert: Held, *, whole: bool = False) -> dict[str | int, str]:
    """An alert's texts; without its server's name at their ends, unless they are to be `whole`."""
    tail = "" if whole else f" ({alert.labels.get(SERVICE_LABEL, '')})"
    return {each.route[-1]: each.value.removesuffix(tail) for each in alert.rule.strings("annotations")}


def _label(value: Any) -> str:
    return "nothing" if value is None else " ".join(str(value).split())


def _rest(alert: Held) -> dict[str, Any]:
    """What no other sentence speaks of. Expressions are compared by meaning, so their texts are left out."""
    told = ("alert", "expr", "labels", "annotations", *_TIMES)
    return {key: value for key, value in alert.rule.value.items() if key not in told}


def _differing(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> list[str]:
    return sorted(str(key) for key in {*old, *new} if old.get(key) != new.get(key))
