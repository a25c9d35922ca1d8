"""Monitors that find nothing any more, and alerts that are left without data, because something else changed."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.path.no_target import is_found
from obsgen.diff.model import Change, Key, Risk
from obsgen.diff.pairs import Pair
from obsgen.diff.queries.rules import held, matched
from obsgen.diff.scraping.asks import loss_of, misses, series_of, starved
from obsgen.diff.scraping.series import feeds_of, monitor_of
from obsgen.diff.trees import key_of
from obsgen.promql import Node
from obsgen.repository.queries.asked import matchers
from obsgen.signalpath.monitors import Monitor

_TARGETS = frozenset(("CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "Service", "StatefulSet"))
_SERVERS = frozenset(("Namespace", "Prometheus", "PrometheusAgent"))


def compare(pair: Pair) -> Iterator[Change]:
    """What monitors and alerts lose though nobody touched them; alerts also by asking for another job."""
    kinds = {each.key.kind for each in pair.changed}
    if not kinds.isdisjoint(_TARGETS):
        yield from _idle(pair)
    if not kinds.isdisjoint(_SERVERS):
        yield from _unselected(pair)
    yield from _missed(pair)


def _idle(pair: Pair) -> Iterator[Change]:
    """Monitors that find nothing any more among what is gone, or has other labels."""
    for key, old, new in _same(pair):
        before, after = feeds_of(pair.old), feeds_of(pair.new)
        if before and after and is_found(before.graph, old) and not is_found(after.graph, new):
            dead = starved(pair.old, pair.new, (key,), (key,))
            risk, who = loss_of(dead)
            what = f"finds no {'Pods' if new.kind == 'PodMonitor' else 'Service'} any more"
            yield Change(
                "change/monitor-idle",
                "-",
                str(key),
                f"{what}: nothing for {who}" if who else what,
                risk if who else Risk.LOSES_DATA,
                tuple(sorted(series_of(dead))),
                (),
                pair.old.tree.place(old.place),
                pair.new.tree.place(new.place),
            )


def _unselected(pair: Pair) -> Iterator[Change]:
    """Alerts on what monitors brought that no Prometheus selects any more, though they are as they were."""
    before, after = feeds_of(pair.old), feeds_of(pair.new)
    keys = [
        key
        for key, old, new in _same(pair)
        if before and after and before.graph.is_scraped(old) is not False and after.graph.is_scraped(new) is False
    ]
    for each in starved(pair.old, pair.new, keys) if keys else ():
        if each.alert:
            place = pair.new.tree.place(each.expression.place())
            what = "no longer has data: no Prometheus selects what scrapes it"
            yield Change("change/alert-no-data", "-", each.alert, what, Risk.STOPS_PAGING, (), (), None, place)


def _same(pair: Pair) -> Iterator[tuple[Key, Monitor, Monitor]]:
    """The monitors that say the same on both sides, but for their names and labels."""
    before, after = feeds_of(pair.old), feeds_of(pair.new)
    for new in after.graph.monitors if after else ():
        key = key_of(new.object)
        old = monitor_of(before, key)
        if old and old.spec.value == new.spec.value and old.labels == new.labels:
            yield key, old, new


def _missed(pair: Pair) -> Iterator[Change]:
    """Alerts that ask for another job, and nothing is scraped as that."""
    sides = ([each for each in side if each.rule.is_alert and each.query] for side in held(pair))
    for match in matched(*sides):
        if match.old and match.new and match.old.query and match.new.query:
            if _jobs(match.old.query.root) == _jobs(match.new.query.root):
                continue
            missed = misses(pair.old, pair.new, match.old.name, match.new.name)
            jobs = {matcher.value for ask in missed for matcher in ask.jobs}
            if jobs:
                what = f"no longer has data: nothing is scraped as job {', '.join(sorted(jobs))}"
                yield match.change(pair, "change/alert-no-data", "-", what, Risk.STOPS_PAGING)


def _jobs(root: Node) -> set[tuple[str, str, str]]:
    """The matchers of jobs, each with its series."""
    return {
        (node.name, str(each.op), each.value) for node in root.walk() for each in matchers(node) if each.name == "job"
    }
