"""Alertmanager's own configuration: its receivers, what silences what, time intervals, and what holds for all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.leaves import leaves
from obsgen.diff.routing.deliveries import integrations
from obsgen.diff.routing.receivers import differing, told
from obsgen.diff.routing.refusals import INTERVAL, RECEIVER, Refused, refusals, refused, undefined
from obsgen.diff.routing.routes import Configured, by_name, configured, content, named, renamed, spot
from obsgen.findings import Place
from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.alerting.destinations import as_branch, is_meant_silent
from obsgen.repository.alerting.inhibitions import Inhibition, inhibitions
from obsgen.repository.alerting.timeintervals import intervals, silencing, used
from obsgen.repository.objects import Located
from obsgen.signalpath.routing import Matcher

_OF_OTHERS = ("route", "receivers")
_WITH_OTHERS = frozenset(("Application", "HelmRelease"))


def compare(pair: Pair) -> Iterator[Change]:
    """What a unit's configurations say now that they did not before; routes are told by whom they concern."""
    found = configured(pair)
    both = _Both(pair, [one for each in found for one in each.old], [one for each in found for one in each.new])
    if both.old and both.new:
        yield from (*both.receivers(), *both.inhibitions(), *both.intervals(), *both.rest())
    elif found:
        yield from map(_whole, found)
    yield from refusals(pair)
    yield Change("", "", "", "", Risk.SAFE, covers=tuple(each for one in found for each in _covers(one)))


def _whole(found: Configured) -> Change:
    """A configuration where there was none, or none where there was one."""
    receivers = [receiver for one in found.old or found.new for receiver in named(one)]
    kinds = sorted({kind for each in receivers for kind in integrations(each.value)})
    tells = f"by {', '.join(kinds)}" if kinds else "nobody"
    id_, sign, what, risk = "change/configuration-added", "+", f"configures Alertmanager: tells {tells}", Risk.SAFE
    if found.old:
        id_, sign, risk = "change/configuration-removed", "-", Risk.STOPS_PAGING
        what = f"no longer configures Alertmanager: told {tells}"
    return Change(id_, sign, str(found.thing.owner), what, risk, (), tuple(_covers(found)), *found.thing.places())


def _covers(found: Configured) -> Iterator[Spot]:
    thing = found.thing
    is_part = isinstance(thing.owner, Key) and thing.owner.kind in _WITH_OTHERS
    for side, configurations in ((thing.old, found.old), (thing.new, found.new)):
        for each in configurations if side else ():
            route = spot(each, side) if side else ()
            if (thing.old and thing.new) or not (is_part or (route and isinstance(thing.owner, str))):
                yield Spot(thing.owner, route)
                above = side.at(*route[:-1]).value if side else None
                if len(route) > 1 and isinstance(above, dict) and len(above) == 1:
                    yield Spot(thing.owner, route[:-1])


@dataclass(frozen=True)
class _Both:
    """The configurations of both sides that differ, or of which one is gone."""

    pair: Pair
    old: list[Configuration]
    new: list[Configuration]

    def receivers(self) -> Iterator[Change]:
        """Receivers that came, went, are called otherwise, or tell otherwise; refusals tell of what routes miss."""
        old, new = (by_name([each for one in side for each in named(one)]) for side in (self.old, self.new))
        names, missing = renamed(old, new), undefined(self.refused, RECEIVER)
        for was, name in names.items():
            if was not in missing:
                what = f"receiver renamed from {was}"
                yield self._change("change/receiver-renamed", "~", name, what, Risk.SAFE, old[was], new[name])
        for name in (each for each in new if each not in old and each not in names.values()):
            idle = "" if name in _used(self.new) or is_meant_silent(new[name]) else "no route names it, "
            what = f"new receiver, {idle}{_tells(new[name])}"
            yield self._change("change/receiver-added", "+", name, what, Risk.SAFE, None, new[name])
        for name in (each for each in old if each not in new and each not in names and each not in missing):
            what = f"receiver gone, {_tells(old[name]).replace('tells', 'told', 1)}"
            yield self._change("change/receiver-removed", "-", name, what, Risk.REVIEW, old[name], None)
        for name in (each for each in old if each in new):
            found = told(old[name].value, new[name].value)
            if found:
                yield self._change("change/receiver-changed", "~", name, *found, old[name], new[name])

    def inhibitions(self) -> Iterator[Change]:
        """What silences other alerts than before, or no longer does."""
        old, new = ([each for one in side for each in inhibitions(one)] for side in (self.old, self.new))
        gone = [each for each in old if _rule(each) not in map(_rule, new)]
        for now in (each for each in new if _rule(each) not in map(_rule, old)):
            was = next((each for each in gone if _sides(each) == _sides(now)), None)
            if was:
                gone.remove(was)
                yield self._narrowed(was, now)
            else:
                yield self._inhibition("change/inhibition-added", "+", _text(now), Risk.STOPS_PAGING, None, now)
        for each in gone:
            what = f"no longer {_text(each)}"
            yield self._inhibition("change/inhibition-removed", "-", what, Risk.PAGES, each, None)

    def _narrowed(self, old: Inhibition, new: Inhibition) -> Change:
        gone, come = sorted({*old.equal} - {*new.equal}), sorted({*new.equal} - {*old.equal})
        parts = [f"only where {_are(come)} equal, too"] if come else []
        parts += [f"also where {', '.join(gone)} differ{'' if len(gone) > 1 else 's'}"] if gone else []
        risk = Risk.REVIEW if gone and come else Risk.PAGES if come else Risk.STOPS_PAGING
        what = f"silences {', and '.join(parts)}: {_sides_text(new)}"
        return self._inhibition("change/inhibition-changed", "~", what, risk, old, new)

    def _inhibition(
        self, id_: str, sign: str, what: str, risk: Risk, old: Inhibition | None, new: Inhibition | None
    ) -> Change:
        before, after = old.located if old else None, new.located if new else None
        return self._change(id_, sign, "inhibition", what, risk, before, after)

    def intervals(self) -> Iterator[Change]:
        """Time intervals that hold other times."""
        old, new = (by_name([each for one in side for each in intervals(one)]) for side in (self.old, self.new))
        missing = undefined(self.refused, INTERVAL)
        told = missing.union(now for was, now in renamed(old, new).items() if was in missing)
        for name in dict.fromkeys(each for each in (*old, *new) if each not in told):
            was, now = old.get(name), new.get(name)
            if was and now and content(was) != content(now):
                lines = tuple(f"{sign} {json.dumps(content(each))}" for sign, each in (("-", was), ("+", now)))
                what, risk = self._other_times(name)
                yield self._change("change/interval-changed", "~", name, what, risk, was, now, lines)
            elif was is None or now is None:
                yield self._interval(name, was, now)

    def _interval(self, name: str, was: Located | None, now: Located | None) -> Change:
        """An interval that is new, or gone."""
        if now is None:
            return self._change("change/interval-removed", "-", name, "time interval gone", Risk.REVIEW, was, None)
        named_in_routes = {each.value for side in self.new for each in used(side)}
        what = f"new time interval{'' if name in named_in_routes else ', no route names it'}"
        return self._change("change/interval-added", "+", name, what, Risk.SAFE, None, now)

    def _other_times(self, name: str) -> tuple[str, Risk]:
        """What other times of an interval come to: routes may be left without any moment to tell somebody."""
        old, new = (_silenced(side, name) for side in (self.old, self.new))
        lost = [f"{who} {how}" for who, how in new.items() if who not in old]
        if lost:
            return f"holds other times: the route to {', the one to '.join(lost)}", Risk.STOPS_PAGING
        return "holds other times: what is muted or told by it is so at other times", Risk.REVIEW

    @cached_property
    def refused(self) -> list[Refused]:
        """What Alertmanager refuses now."""
        return refused(self.pair)

    def rest(self) -> Iterator[Change]:
        """What holds for all of a configuration; where there are several, what is the first one's."""
        keys = self.new[0].keys
        own = (*_OF_OTHERS, *keys.intervals, keys.inhibit)
        old, new = (
            {key: each for key, each in side[0].value.items() if key not in own} for side in (self.old, self.new)
        )
        found = list(leaves(old, new))
        parts = list(dict.fromkeys(differing(found)))
        if found:
            what = "; ".join(parts) or "other texts"
            risk = Risk.REVIEW if parts else Risk.SAFE
            before, after = self.old[0].located, self.new[0].located
            yield self._change("change/configuration-changed", "~", "Alertmanager", what, risk, before, after)

    def _change(
        self,
        id_: str,
        sign: str,
        name: str,
        what: str,
        risk: Risk,
        old: Located | None,
        new: Located | None,
        details: tuple[str, ...] = (),
    ) -> Change:
        before, after = self.pair.old.tree, self.pair.new.tree
        was: Place | None = before.place(old.place()) if old else None
        now: Place | None = after.place(new.place()) if new else None
        return Change(id_, sign, name, what, risk, details, (), was, now)


def _used(side: list[Configuration]) -> set[str]:
    """The receivers that routes name."""
    return {str(route.value.get("receiver")) for each in side for route in each.routes()}


def _silenced(side: list[Configuration], interval: str) -> dict[str, str]:
    """The receivers of routes that never tell anybody for an interval, and why."""
    roots = (as_branch(each, each.root) for each in side if each.root)
    found = ((branch.receiver, silencing(branch)) for root in roots for below in root.below for branch in below.all)
    return {
        receiver: why.how
        for receiver, why in found
        if why and any(each.value == interval for each in why.located.items())
    }


def _tells(receiver: Located) -> str:
    kinds = integrations(receiver.value)
    return f"tells by {' and '.join(kinds)}" if kinds else "tells nobody"


def _rule(each: Inhibition) -> tuple[object, ...]:
    return (*_sides(each), frozenset(each.equal))


def _sides(each: Inhibition) -> tuple[frozenset[Matcher], frozenset[Matcher]]:
    return frozenset(each.source), frozenset(each.target)


def _are(labels: list[str]) -> str:
    return f"{', '.join(labels)} {'are' if len(labels) > 1 else 'is'}"


def _sides_text(each: Inhibition) -> str:
    source, target = (", ".join("".join(one) for one in side) or "all" for side in (each.source, each.target))
    return f"{target} while {source} fires"


def _text(each: Inhibition) -> str:
    return f"silences {_sides_text(each)}, for equal {', '.join(sorted(each.equal)) or 'any'}"
