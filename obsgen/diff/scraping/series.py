"""Which series a change of scraping takes away, and who asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from obsgen.diff.model import Key, Risk
from obsgen.diff.trees import State, Tree, key_of
from obsgen.signalpath.feeds import Feeds
from obsgen.signalpath.monitors import Monitor
from obsgen.signalpath.relabel import renames

_NAMED = 3


@dataclass(frozen=True)
class Asked:
    """Who asks for a series: alerts by name, how many panels, and rules that record something of it."""

    alerts: dict[str, None] = field(default_factory=dict)
    others: set[int] = field(default_factory=set)


@lru_cache(maxsize=4)
def asked(tree: Tree) -> dict[str, Asked]:
    """The series that alerts, rules and boards of a side ask for, by name."""
    found: dict[str, Asked] = {}
    for lookup in tree.sample.lookups:
        one = found.setdefault(lookup.name, Asked())
        rule = lookup.expression.rule
        if rule and rule.is_alert:
            one.alerts[rule.name] = None
        else:
            one.others.add(id(lookup.expression))
    return found


@lru_cache(maxsize=4)
def _feeds(tree: Tree) -> dict[int, Feeds]:
    return {id(object_): each for each in tree.repository.feeds for object_ in each.graph.objects}


def feeds_of(state: State) -> Feeds | None:
    """How series get to Prometheus in a unit; None if it has no objects."""
    of_tree = state.tree.states.get(state.unit)
    objects = of_tree.objects.values() if of_tree else ()
    return next((_feeds(state.tree)[id(each)] for each in objects if id(each) in _feeds(state.tree)), None)


def monitor_of(feeds: Feeds | None, key: Key) -> Monitor | None:
    """The monitor that an object is."""
    return next((each for each in feeds.graph.monitors if key_of(each.object) == key), None) if feeds else None


def kept(state: State, key: Key, names: Iterable[str]) -> frozenset[str]:
    """Those of some series that surely are of a monitor's exporter, and may be stored."""
    feeds = feeds_of(state)
    found = feeds.fates if feeds else None
    return frozenset(
        name
        for name in names
        if found
        and any(
            each.is_related and each.kept is not False and each.endpoint.monitor and _is(each.endpoint.monitor, key)
            for each in found(name)
        )
    )


def passing(state: State, key: Key, names: frozenset[str]) -> frozenset[str]:
    """Those of some series that a monitor stores if its exporter has them, or may store."""
    monitor = monitor_of(feeds_of(state), key)
    pages = (
        [(each, renames(one.step for one in each.metric_relabelings)) for each in monitor.endpoints] if monitor else []
    )
    return frozenset(name for name in names if any(any_ or page.stored(name).kept is not False for page, any_ in pages))


def known(state: State, key: Key) -> list[str]:
    """The series that the exporters behind a monitor are known to have."""
    feeds = feeds_of(state)
    monitor = monitor_of(feeds, key)
    if not feeds or not monitor:
        return []
    components = {each for endpoint in monitor.endpoints for each in feeds.exporters(endpoint) or ()}
    inventory = state.tree.repository.inventory
    return sorted({row.name for component in components for row in inventory.of(component)})


def elsewhere(state: State, key: Key, name: str) -> bool:
    """Whether another monitor surely brings a series."""
    feeds = feeds_of(state)
    sources = feeds.sources(name) if feeds else []
    return any(not (each.monitor and _is(each.monitor, key)) for each in sources)


def _is(monitor: Monitor, key: Key) -> bool:
    return key_of(monitor.object) == key


def loss(tree: Tree, names: frozenset[str]) -> tuple[Risk, str]:
    """What becomes of those on call without some series, and who asks for them in a few words."""
    found = [asked(tree)[each] for each in sorted(names) if each in asked(tree)]
    alerts = list(dict.fromkeys(alert for each in found for alert in each.alerts))
    others = len(set[int]().union(*(each.others for each in found)))
    panels = [f"{others} other {'query' if others == 1 else 'queries'}"] if others else []
    if alerts:
        return Risk.STOPS_PAGING, " and ".join([few(alerts, "alerts"), *panels])
    return (Risk.LOSES_DATA, panels[0]) if panels else (Risk.SAFE, "")


def few(names: list[str], many: str) -> str:
    """Names, or how many of what there are."""
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} {many}"
