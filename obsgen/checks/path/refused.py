"""Endpoints for which the operator rejects their whole monitor, and jobs that Prometheus does not load."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Place, Severity
from obsgen.promql.durations import milliseconds
from obsgen.repository import Repository
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Endpoint, Monitor, Relabelling
from obsgen.signalpath.relabel import NAME, fault

ID = "path/refused"
LEVEL = 5
SEVERITY = Severity.ERROR

_KEYS = {"no regular": ("regex",), "no action": ("action",), "modulus": ("modulus",)}


def check(repository: Repository) -> Iterator[Finding]:
    """An error where one bad endpoint takes all others of its monitor with it."""
    for graph in (each.graph for each in repository.feeds):
        for endpoint in graph.endpoints:
            yield from _relabelings(endpoint)
            yield from _times(graph, endpoint)
            if endpoint.monitor:
                yield from _class(graph, endpoint.monitor)


def _refused(endpoint: Endpoint) -> str:
    return f"the operator rejects all of {endpoint.monitor}" if endpoint.monitor else "Prometheus refuses this job"


def _relabelings(endpoint: Endpoint) -> Iterator[Finding]:
    for each in (*endpoint.relabelings, *endpoint.metric_relabelings):
        if reason := fault(each.step):
            message = f"{_refused(endpoint)}: {reason}"
            yield Finding(ID, SEVERITY, message, _place(each, reason), "correct it, or leave the step out")
        elif (
            each in endpoint.metric_relabelings
            and each.step.action == "labelkeep"
            and Endpoint.takes_away(each.step, NAME)
        ):
            message = "labelkeep without __name__ leaves series without names: every scrape fails, up is 0"
            hint = f"write regex: __name__|{each.step.regex}"
            yield Finding(ID, SEVERITY, message, each.located.place(("regex",)), hint)


def _loses_names(each: Relabelling) -> bool:
    return each.step.action == "labelkeep" and Endpoint.takes_away(each.step, NAME)


def _place(each: Relabelling, reason: str) -> Place:
    route = next((route for words, route in _KEYS.items() if words in reason and route[0] in each.located.value), ())
    return each.located.place(route, key=not route)


def _times(graph: Graph, endpoint: Endpoint) -> Iterator[Finding]:
    timeout, interval = endpoint.duration("scrapeTimeout"), graph.interval(endpoint)
    if timeout and interval and timeout > interval:
        message = f"{_refused(endpoint)}: its timeout is longer than the {interval / 1000:g}s between two scrapes"
        hint = "write a timeout below the interval, or leave it out"
        yield Finding(ID, SEVERITY, message, endpoint.at("scrapeTimeout").place(), hint)
    for field in ("interval", "scrapeTimeout"):
        value = endpoint.at(field)
        if endpoint.monitor is None and isinstance(value.value, str) and milliseconds(value.value) is None:
            message = f"{_refused(endpoint)}: '{value.value}' is no duration"
            yield Finding(ID, SEVERITY, message, value.place(), "write it as 30s, 1m or 500ms")


def _class(graph: Graph, monitor: Monitor) -> Iterator[Finding]:
    wanted = monitor.spec.at("scrapeClass")
    found = [each.prometheus for each in graph.selections(monitor) if each.answer and each.prometheus.located]
    if wanted.value and found:
        names = {one.get("name") for each in found for one in each.spec.get("scrapeClasses") or ()}
        if wanted.value not in names:
            message = f"the operator rejects all of {monitor}: {found[0]} has no scrape class {wanted.value}"
            hint = f"it has {', '.join(sorted(map(str, names)))}" if names else "add it to scrapeClasses there"
            yield Finding(ID, SEVERITY, message, wanted.place(), hint)
