"""Who is told of alerts: what goes to other receivers than before, to none, or is told at another time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from obsgen.diff.model import Change, Risk
from obsgen.diff.pairs import Pair
from obsgen.diff.queries.rules import paired
from obsgen.diff.routing.deliveries import Delivery, End, Led, delivery
from obsgen.diff.routing.refusals import refused
from obsgen.diff.routing.routes import changed_routes, configured
from obsgen.diff.trees import Tree

_WORDS = {
    "group_wait": "first told after {new} instead of {old}",
    "group_interval": "told of others in a group after {new} instead of {old}",
    "repeat_interval": "told again every {new} instead of {old}",
}
_KNOWN: WeakKeyDictionary[Tree, dict[tuple[int, str, str], tuple[Change, ...]]] = WeakKeyDictionary()


def compare(pair: Pair) -> Iterator[Change]:
    """What becomes of alerts that are there on both sides; routes that differ without telling anybody otherwise."""
    old, new = delivery(pair.old), delivery(pair.new)
    effects = _effects(pair, old, new) if old.ground.key != new.ground.key else ()
    yield from effects
    yield from () if effects else _routes(pair, _of_one_side(old, new))


def _effects(pair: Pair, old: Delivery, new: Delivery) -> tuple[Change, ...]:
    """The changes of all alerts; worked out once for all units of which the same is true."""
    known = _KNOWN.setdefault(pair.new.tree, {})
    key = (id(pair.old.tree), old.ground.key, new.ground.key)
    if key not in known:
        known[key] = tuple(_of_alerts(pair, old, new))
    return known[key]


def _of_alerts(pair: Pair, old: Delivery, new: Delivery) -> Iterator[Change]:
    before, after = ({id(each.held): each for each in side.led} for side in (old, new))
    for match in paired((each.held for each in old.led), (each.held for each in new.led)):
        was, now = before[id(match.old)], after[id(match.new)]
        if was.ends is not None and now.ends is not None:
            yield from _Alert(pair, was, now).changes()


class _Alert:
    """An alert, led on both sides."""

    def __init__(self, pair: Pair, old: Led, new: Led) -> None:
        self.pair, self.old, self.new = pair, old, new
        self.before, self.after = _renamed(_telling(old), _telling(new)), _telling(new)

    def changes(self) -> Iterator[Change]:
        """Other receivers; else what is told at other times, or in other groups."""
        old, new = (list(dict.fromkeys(each.receiver for each in side)) for side in (self.before, self.after))
        if sorted(old) != sorted(new):
            gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
            yield self._rerouted(gone, come)
            return
        for name in old:
            one, other = (next(end for end in side if end.receiver == name) for side in (self.before, self.after))
            yield from self._told_otherwise(one, other)

    def _rerouted(self, gone: Sequence[str], come: Sequence[str]) -> Change:
        names, lost = " and ".join(come), " and ".join(gone)
        if gone and come:
            return self._change("change/alert-rerouted", f"now to {names} instead of {lost}", self._risk())
        if come:
            return self._change(
                "change/alert-rerouted", f"also to {names}" if self.before else f"now to {names}", self._risk()
            )
        if self.after:
            return self._change("change/alert-rerouted", f"no longer to {lost}", self._risk())
        why = "nobody is told" if self.new.is_whole else "no route of these files takes it"
        return self._change("change/alert-unrouted", f"no longer to {lost}: {why}", Risk.STOPS_PAGING)

    def _risk(self) -> Risk:
        old, new = (any(each.pages for each in side) for side in (self.before, self.after))
        if old != new:
            return Risk.STOPS_PAGING if old else Risk.PAGES
        kept = {each.receiver for each in self.before} <= {each.receiver for each in self.after}
        return Risk.SAFE if kept else Risk.REVIEW

    def _told_otherwise(self, old: End, new: End) -> Iterator[Change]:
        if old.grouped != new.grouped:
            what = f"grouped by {', '.join(new.grouped) or 'nothing'} instead of {', '.join(old.grouped) or 'nothing'}"
            yield self._of_receiver("change/receiver-grouping", new, what, Risk.REVIEW)
        for (key, before), (_, after) in zip(old.times, new.times, strict=True):
            if before != after:
                what = _WORDS[key].format(old=before, new=after)
                yield self._of_receiver("change/receiver-timing", new, what, Risk.REVIEW)
        if old.muted != new.muted:
            yield self._silent(new, "silent during", old.muted, new.muted)
        if old.only != new.only:
            yield self._silent(new, "told only during", old.only, new.only)

    def _silent(self, end: End, words: str, old: Sequence[str], new: Sequence[str]) -> Change:
        what = f"{words} {', '.join(new)}" if new else f"no longer {words} {', '.join(old)}"
        risk = Risk.REVIEW if old and new else Risk.STOPS_PAGING if new else Risk.PAGES
        return self._of_receiver("change/receiver-muted", end, what, risk)

    def _of_receiver(self, id_: str, end: End, what: str, risk: Risk) -> Change:
        """What is said of a receiver where routes differ, and of the alert where it goes another way by itself."""
        if self.old.held.rule.value != self.new.held.rule.value:
            return self._change("change/alert-rerouted", what, risk)
        return replace(self._change(id_, what, risk), subject=end.receiver)

    def _change(self, id_: str, what: str, risk: Risk) -> Change:
        """At the route that takes the alert now; what the alert itself says of it is told elsewhere."""
        old, new = self.pair.old.tree, self.pair.new.tree
        place = next((each.place for each in self.after if each.place), self.new.held.place)
        return Change(
            id_, "~", self.new.held.title, what, risk, (), (), old.place(self.old.held.place), new.place(place)
        )


def _telling(led: Led) -> list[End]:
    return [each for each in led.ends or () if each.tells]


def _renamed(old: Iterable[End], new: Iterable[End]) -> list[End]:
    """The old ends under the names that their receivers have now, if they say the same as before."""
    ends = list(new)
    names = {each.receiver for each in ends}
    found = []
    for end in old:
        same = [each.receiver for each in ends if each.content == end.content and end.receiver not in names]
        found.append(replace(end, receiver=same[0]) if same else end)
    return found


def _of_one_side(old: Delivery, new: Delivery) -> set[str]:
    """The receivers of alerts that are new or gone, which are told with these."""
    sides = [{(each.held.name, each.held.text): each for each in one.led} for one in (old, new)]
    alone = [each for one, other in (sides, sides[::-1]) for key, each in one.items() if key not in other]
    return {end.receiver for each in alone for end in each.ends or ()}


def _routes(pair: Pair, told: set[str]) -> Iterator[Change]:
    """Routes that differ in more than their order, where no alert of these files is told otherwise."""
    lines = [each for each in changed_routes(pair) if each.receiver not in told]
    if lines and not refused(pair):
        places = next(each for each in configured(pair) if each.thing.new or each.thing.old).thing.places()
        what = "other routes; none of the alerts of these files is told otherwise"
        yield Change("change/routes-changed", "~", "routes", what, Risk.REVIEW, tuple(map(str, lines)), (), *places)
