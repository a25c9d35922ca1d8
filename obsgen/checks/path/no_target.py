"""Selectors that miss by a slip what is among the files: of monitors, and of Services in front of Pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsgen.checks.result import Assumption
from obsgen.facts import Running
from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import Located
from obsgen.repository.scraping.nearby import nearest
from obsgen.signalpath.exporters import ByLabels, Service, Workload, texts
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Monitor
from obsgen.signalpath.selectors import Requirement, covers, requirements, same, unmet

ID = "path/no-target"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error where what is meant is among the files; that something is outside of them is an assumption."""
    for graph in (each.graph for each in repository.feeds):
        for monitor in graph.monitors:
            if requirements(monitor.selector.value) and not is_found(graph, monitor):
                yield from _of_monitor(graph, monitor)
        for service in graph.services.all:
            if texts(service.selector.value) and not graph.pods_behind(service):
                yield from _of_service(graph, service)


def is_found(graph: Graph, monitor: Monitor) -> bool:
    """Whether something that a monitor selects is among the files."""
    return bool(graph.services_of(monitor) or graph.workloads_of(monitor))


def _of_monitor(graph: Graph, monitor: Monitor) -> Iterator[Finding]:
    if monitor.kind not in ("ServiceMonitor", "PodMonitor"):
        return
    among: ByLabels[Service] | ByLabels[Workload] = (
        graph.services if monitor.kind == "ServiceMonitor" else graph.workloads
    )
    if told := list(_against_facts(graph.told_of(monitor), monitor)):
        yield from told
        return
    elsewhere = among.selected(monitor.selector.value)
    if elsewhere:
        yield _in_another_namespace(monitor, elsewhere[0])
        return
    taken = {id(found) for each in graph.monitors for found in (*graph.services_of(each), *graph.workloads_of(each))}
    free = [each for each in among.all if id(each) not in taken and _looks_at(monitor, each) is not False]
    near = nearest(monitor.selector.value, free)
    if near:
        yield _slip(f"{monitor} finds nothing", monitor.selector, *near)


def _against_facts(told: list[Running], monitor: Monitor) -> Iterator[Finding]:
    """An error where facts say that what the monitor is named after is elsewhere, or has other labels."""
    places, named = {each.namespace for each in told}, monitor.namespaces
    if places and "" not in places and named is not None and "" not in named and not places & set(named):
        found, inside = monitor.spec.at("namespaceSelector", "matchNames"), " and ".join(sorted(places))
        message = f"{monitor} looks into {' and '.join(named)}, and {monitor.object.name} runs in {inside}"
        hint = f"write namespaceSelector: {{matchNames: [{', '.join(sorted(places))}]}}"
        yield Finding(ID, SEVERITY, message, found.place() if found.value else monitor.place, hint)
    known = [each.selector for each in told if each.selector]
    lost = [unmet(monitor.selector.value, labels) for labels in known]
    if lost and all(lost):
        wanted = ", ".join(f"{key}={value}" for key, value in known[0].items())
        place = monitor.selector.place(lost[0][0].route)
        message = f"{monitor} selects {lost[0][0]}, and {monitor.object.name} has {wanted}"
        yield Finding(ID, SEVERITY, message, place, f"did you mean {wanted}?")


def _looks_at(monitor: Monitor, item: Service | Workload) -> bool | None:
    return covers(monitor.spec.at("namespaceSelector").value, monitor.namespace, item.namespace)


def _in_another_namespace(monitor: Monitor, item: Service | Workload) -> Finding:
    named = monitor.spec.at("namespaceSelector", "matchNames")
    place = named.place() if named.value else monitor.place
    inside = " and ".join(monitor.namespaces or ())
    message = f"{monitor} looks into {inside} alone, and {item.object} is elsewhere"
    hint = f"write namespaceSelector: {{matchNames: [{item.namespace}]}}"
    return Finding(ID, SEVERITY, message, place, hint, (Note("what has the labels", item.place),))


def _of_service(graph: Graph, service: Service) -> Iterator[Finding]:
    """Pods that no other Service leads to; several may lead to those that an operator makes of one object."""
    taken = {id(found) for each in graph.services.all for found in graph.behind(each)}
    beside = [each for each in graph.pods.all if same(each.namespace, service.namespace) is not False]
    wanted = {"matchLabels": texts(service.selector.value)}
    near = nearest(wanted, [each for each in beside if id(each) not in taken])
    if near:
        yield _slip(f"no Pod is behind {service.object}", service.selector, *near)


def _slip(what: str, selector: Located, item: Service | Workload, lost: Requirement) -> Finding:
    route = lost.route if lost.key not in texts(selector.value) else (lost.key,)
    has = _having(item.labels, lost)
    message = f"{what}: it selects {lost}, and {item.object} has {has}"
    place = selector.place(route)
    return Finding(ID, SEVERITY, message, place, f"did you mean {has}?", (Note("what is meant", item.place),))


def _having(labels: Mapping[str, str], lost: Requirement) -> str:
    if lost.key in labels:
        return f"{lost.key}={labels[lost.key]}"
    return next(f"{key}={value}" for key, value in labels.items() if value in lost.values)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """That what a monitor selects is outside of the files, where none of it is among them."""
    for graph in (each.graph for each in repository.feeds):
        for monitor in graph.monitors:
            wanted = ", ".join(map(str, requirements(monitor.selector.value)))
            if wanted and not is_found(graph, monitor):
                verb, what = ("are", "Pods") if monitor.kind == "PodMonitor" else ("is", "a Service")
                named = monitor.namespaces
                where = "some namespace" if named is None else " or ".join(filter(None, named)) or "its namespace"
                text = f"{what} with {wanted} for {monitor} in {where}"
                yield Assumption(f"there {verb} {text}", monitor.selector.place((), key=True))
