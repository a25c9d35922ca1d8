"""Targets that two endpoints scrape: every series is there twice, and sums are double."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.signalpath.graph import Graph, Target
from obsgen.signalpath.monitors import Endpoint, Monitor

ID = "path/scraped-twice"
LEVEL = 5
SEVERITY = Severity.WARNING

_CHOOSE = frozenset(("keep", "drop", "keepequal", "dropequal"))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the second one, if both are applied together and one Prometheus takes both."""
    for graph in (each.graph for each in repository.feeds):
        first: dict[Hashable, list[tuple[Endpoint, Monitor]]] = {}
        for endpoint in graph.endpoints:
            if endpoint.monitor and not any(each.step.action in _CHOOSE for each in endpoint.relabelings):
                yield from _of_endpoint(graph, endpoint, endpoint.monitor, first)


def _of_endpoint(
    graph: Graph, endpoint: Endpoint, monitor: Monitor, first: dict[Hashable, list[tuple[Endpoint, Monitor]]]
) -> Iterator[Finding]:
    told = False
    for key in dict.fromkeys(_keys(graph, endpoint, monitor)):
        beside = first.setdefault(key, [])
        other = next((each for each, owner in beside if _both_scraped(graph, monitor, owner)), None)
        if other and not told:
            told = True
            whose = "this one" if other.monitor is monitor else str(other.monitor)
            message = f"{monitor} scrapes what another endpoint of {whose} scrapes already"
            hint = "remove one of the two, or choose among the targets with relabelings"
            yield Finding(ID, SEVERITY, message, endpoint.place, hint, (Note("the other one", other.place),))
        beside.append((endpoint, monitor))


def _keys(graph: Graph, endpoint: Endpoint, monitor: Monitor) -> Iterator[Hashable]:
    """What an endpoint scrapes: ports of Pods or Services among the files; else by what it selects."""
    page = tuple(json.dumps(endpoint.at(key).value, default=str) for key in ("path", "scheme", "params"))
    targets = graph.targets(endpoint)
    for target in targets:
        yield (*_of_target(target), page)
    if not targets and monitor.kind in ("ServiceMonitor", "PodMonitor") and not graph.services_of(monitor):
        wanted = [endpoint.at(key).value for key in ("port", "targetPort", "portNumber")]
        selector = json.dumps(monitor.selector.value, default=str, sort_keys=True)
        yield monitor.kind, monitor.namespaces, selector, json.dumps(wanted, default=str), page


def _of_target(target: Target) -> tuple[Hashable, ...]:
    number = target.container_port.number if target.container_port else None
    if target.workload and number is not None:
        return id(target.workload), number
    port = target.service_port.target if target.service_port else None
    return id(target.workload or target.service), str(port)


def _both_scraped(graph: Graph, one: Monitor, other: Monitor) -> bool:
    """Whether one Prometheus takes both, or nobody can say."""
    if not graph.are_together(one.object, other.object):
        return False
    left, right = (
        {id(each.prometheus) for each in graph.selections(monitor) if each.answer is not False}
        for monitor in (one, other)
    )
    return bool(left & right) or not graph.prometheuses
