"""Every alert of a unit led through its Alertmanagers: who is told of it, how, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from obsgen.diff.queries.rules import Held, of_set, sets_of_document, sets_of_object
from obsgen.diff.routing.grounds import Ground, ground
from obsgen.diff.trees import State, Tree
from obsgen.findings import Place
from obsgen.promql.durations import milliseconds
from obsgen.repository.alerting.alerts import Queries, alerts
from obsgen.repository.alerting.destinations import Destination, destinations, receiver_of
from obsgen.repository.objects import Located
from obsgen.repository.scopes import Scopes
from obsgen.signalpath.delivery import Branch

_CHATS = frozenset(
    (
        *("discord", "email", "jira", "mattermost", "msteams", "msteamsv2"),
        *("rocketchat", "slack", "telegram", "webex", "wechat"),
    )
)
"""Integrations that nobody is woken by. Others are for that, or nobody knows what they do, as with webhooks."""
_UNKNOWN = ("unknown",)
"""Of a receiver that is not among the files."""
_TIMES = (("group_wait", "groupWait", "30s"), ("group_interval", "groupInterval", "5m"))
_REPEAT = ("repeat_interval", "repeatInterval", "4h")
"""Their names in both forms of the configuration, and Alertmanager's defaults (its documentation of `<route>`)."""


@dataclass(frozen=True)
class End:
    """Where a route leads an alert: a receiver, whether it tells somebody, and how. `content` is all it says."""

    receiver: str
    kinds: tuple[str, ...]
    grouped: tuple[str, ...]
    times: tuple[tuple[str, str], ...]
    muted: tuple[str, ...]
    only: tuple[str, ...]
    content: Any = field(default=None, compare=False)
    located: Located | None = field(default=None, compare=False)

    @property
    def tells(self) -> bool:
        """Whether anybody is told."""
        return bool(self.kinds)

    @property
    def pages(self) -> bool:
        """Whether somebody may be woken."""
        return may_wake(self.kinds)

    @property
    def place(self) -> Place | None:
        """Where its route begins."""
        return self.located.place((), key=True) if self.located else None


@dataclass(frozen=True, eq=False)
class Led:
    """An alert and its ends; None where no Alertmanager is known. Others may exist unless it `is_whole`."""

    held: Held
    ends: tuple[End, ...] | None
    is_whole: bool

    @property
    def known(self) -> tuple[End, ...] | None:
        """Its ends; None if nobody knows whether these are all."""
        return self.ends if self.ends or self.is_whole else None


@dataclass(frozen=True, eq=False)
class Delivery:
    """What decides for a unit, and what becomes of its alerts."""

    ground: Ground
    led: tuple[Led, ...]


_KNOWN: WeakKeyDictionary[Tree, dict[str, tuple[Led, ...]]] = WeakKeyDictionary()


def delivery(state: State) -> Delivery:
    """The unit's alerts, led; for units in which the same decides it is worked out once."""
    found = ground(state)
    known = _KNOWN.setdefault(state.tree, {})
    if found.key not in known:
        known[found.key] = tuple(_led(found))
    return Delivery(found, known[found.key])


def ends_of(state: State, held: Held) -> tuple[End, ...] | None:
    """Where an alert of a unit is led; None if nobody knows."""
    led = next((each for each in delivery(state).led if each.held.rule.value == held.rule.value), None)
    return led.known if led else None


def _led(found: Ground) -> Iterator[Led]:
    scopes = Scopes((found.scope,))
    ends = [_Ways(each) for each in destinations(scopes, found.configurations)]
    sets = [each for key, object_ in found.objects.items() for each in sets_of_object(key, object_)]
    sets += [each for path, located in found.documents.items() for each in sets_of_document(path, located)]
    held = {id(one.rule.value): one for spot, set_ in sets for one in of_set(spot, set_)}
    for alert in alerts(scopes, [set_ for _, set_ in sets], _queries(held), ()):
        one = held.get(id(alert.rule.value))
        if one:
            taken = [(way, branch) for way in ends for branch in way.destination.routes(alert.labels)]
            told = tuple(dict.fromkeys(way.end(branch) for way, branch in taken)) if ends else None
            yield Led(one, told, all(way.destination.root for way in ends))


def _queries(held: Mapping[int, Held]) -> Queries:
    promql = {each.rule.expr: each.query for each in held.values() if each.query}
    return Queries(promql, {each.rule.expr: each.log_query for each in held.values() if each.log_query})


class _Ways:
    """An Alertmanager's routes, each with those above it, from which it inherits."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self._above: dict[int, tuple[Branch, ...]] = {}
        self._ends: dict[int, End] = {}
        for each in (destination.root,) if destination.root else destination.tops:
            self._note(each, ())

    def _note(self, branch: Branch, above: tuple[Branch, ...]) -> None:
        self._above[id(branch)] = (branch, *above)
        for each in branch.below:
            self._note(each, (branch, *above))

    def end(self, branch: Branch) -> End:
        """What a route does with the alerts that stay with it."""
        if id(branch) not in self._ends:
            self._ends[id(branch)] = self._end(branch)
        return self._ends[id(branch)]

    def _end(self, branch: Branch) -> End:
        receiver = receiver_of(branch)
        value = receiver.value if receiver else None
        keys = branch.source.configuration.keys if branch.source else None
        return End(
            branch.receiver or "a receiver without a name",
            integrations(value) if isinstance(value, dict) else _UNKNOWN,
            _sorted(self._inherited(branch, ("group_by", "groupBy"))),
            tuple((names[0], self._time(branch, names)) for names in (*_TIMES, _REPEAT)),
            _texts(branch, keys.mute) if keys else (),
            _texts(branch, keys.only) if keys else (),
            {key: each for key, each in value.items() if key != "name"} if isinstance(value, dict) else None,
            branch.source.located if branch.source else None,
        )

    def _time(self, branch: Branch, names: tuple[str, str, str]) -> str:
        found = self._inherited(branch, names[:2])
        text = str(found or (names[2] if self.destination.root else "the default"))
        return text if milliseconds(text) != milliseconds(names[2]) else names[2]

    def _inherited(self, branch: Branch, names: tuple[str, ...]) -> Any:
        """What the innermost route says that says anything."""
        routes = [each.source.located.value for each in self._above[id(branch)] if each.source]
        return next((route[name] for route in routes for name in names if route.get(name)), None)


def _texts(branch: Branch, key: str) -> tuple[str, ...]:
    return _sorted(branch.source.located.value.get(key))


def _sorted(found: Any) -> tuple[str, ...]:
    return tuple(sorted(map(str, found))) if isinstance(found, list) else ()


def integrations(receiver: Mapping[str, Any]) -> tuple[str, ...]:
    """What a receiver tells by: `slack`, `pagerduty`; sorted."""
    found = (str(key) for key, each in receiver.items() if each and str(key).lower().endswith("configs"))
    return tuple(sorted(re.sub(r"_?configs$", "", key, flags=re.IGNORECASE).lower() for key in found))


def may_wake(kinds: Iterable[str]) -> bool:
    """Whether one of some integrations may wake somebody."""
    return not _CHATS.issuperset(kinds)
