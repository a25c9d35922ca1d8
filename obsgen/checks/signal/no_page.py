"""Monitors of containers that have no page of metrics: the target is down for ever."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.containers import runs
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Endpoint

ID = "signal/no-page"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the endpoint: the image is known, and so is that it has no metrics."""
    inventory = repository.inventory
    known = [inventory.exporter(name).component for name in sorted(inventory.components)]
    mute = {each.title: each.mute_images for each in known if each.mute_images}
    for graph in (each.graph for each in repository.feeds):
        for endpoint in graph.endpoints:
            yield from _judged(graph, endpoint, mute)


def _judged(graph: Graph, endpoint: Endpoint, mute: dict[str, tuple[str, ...]]) -> Iterator[Finding]:
    ports = {id(each.container_port): each.container_port for each in graph.targets(endpoint)}
    for port in filter(None, ports.values()):
        title = next((title for title, images in mute.items() if runs(port.image, images)), "")
        if title:
            message = f"{title} has no page of metrics on port {port.number}: this target is never up"
            notes = (Note("the container's port", port.place),)
            yield Finding(ID, SEVERITY, message, endpoint.place, "scrape an exporter in front of it", notes)
