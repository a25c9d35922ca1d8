"""Monitors that look into namespaces where their Prometheus has no right to: it finds nothing there."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Place, Severity
from obsgen.repository import Repository
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Monitor
from obsgen.signalpath.prometheuses import Prometheus
from obsgen.signalpath.rights import Rights, rights

ID = "path/forbidden"
LEVEL = 5
SEVERITY = Severity.WARNING

_LOOKING = ("ServiceMonitor", "PodMonitor")


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the namespace that a monitor names, else at its name: a binding may lie elsewhere."""
    told: dict[tuple[Place, str], Finding] = {}
    for graph in (each.graph for each in repository.feeds):
        allowed = {id(each): _rights(graph, each) for each in graph.prometheuses if each.scrapes and each.object}
        for monitor in (each for each in graph.monitors if each.kind in _LOOKING):
            selecting = [each.prometheus for each in graph.selections(monitor) if each.answer]
            for namespace in monitor.namespaces or ():
                if selecting and all(_is_closed(allowed, each, namespace) for each in selecting):
                    found = _finding(monitor, namespace, selecting[0])
                    told.setdefault((found.place, namespace), found)
    yield from told.values()


def _rights(graph: Graph, prometheus: Prometheus) -> Rights:
    account = str(prometheus.spec.get("serviceAccountName") or "default")
    return rights(graph.objects, account, prometheus.namespace)


def _is_closed(allowed: dict[int, Rights], prometheus: Prometheus, namespace: str) -> bool:
    known = allowed.get(id(prometheus))
    return known is not None and known.reach(namespace) is False


def _finding(monitor: Monitor, namespace: str, prometheus: Prometheus) -> Finding:
    names = monitor.spec.at("namespaceSelector", "matchNames")
    named = next((each.place() for each in names.items() if each.value == namespace), monitor.place)
    account = prometheus.spec.get("serviceAccountName") or "default"
    message = f"{prometheus} may not look into {namespace}: {monitor} finds nothing there"
    hint = f"bind a Role that lists services, endpoints and pods in {namespace} to ServiceAccount {account}"
    place = prometheus.place()
    notes = (Note(f"{prometheus}, which selects it", place),) if place else ()
    return Finding(ID, SEVERITY, message, named, hint, notes)
