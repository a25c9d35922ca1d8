"""Monitors of containers that have no page of metrics: the target is down for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from obsgen.components.head import Component, Need
from obsgen.findings import Finding, Note, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.containers import containers, runs
from obsgen.repository.objects import Located
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Endpoint

ID = "signal/no-page"
LEVEL = 5
SEVERITY = Severity.ERROR

_PRODUCTS = ("modelServer", "gpuExporter", "exporter", "provider")


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the endpoint, or at the arguments: the image is known, and so is that it has no metrics."""
    inventory = repository.inventory
    known = [inventory.exporter(name).component for name in sorted(inventory.components)]
    mute = {each.title: each.mute_images for each in known if each.mute_images}
    needing = [(each, need) for each in known for need in each.needs]
    told: dict[Place, Finding] = {}
    for graph in (each.graph for each in repository.feeds):
        for endpoint in graph.endpoints:
            yield from _judged(graph, endpoint, mute)
            told |= {each.place: each for each in _lacking(graph, endpoint, needing)}
            told |= {each.place: each for each in _elsewhere(graph, endpoint, known)}
    yield from told.values()


def _judged(graph: Graph, endpoint: Endpoint, mute: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    ports = {id(each.container_port): each.container_port for each in graph.targets(endpoint)}
    for port in filter(None, ports.values()):
        title = next((title for title, images in mute.items() if runs(port.image, images)), "")
        if title:
            message = f"{title} has no page of metrics on port {port.number}: this target is never up"
            notes = (Note("the container's port", port.place),)
            yield Finding(ID, SEVERITY, message, endpoint.place, "scrape an exporter in front of it", notes)


def _lacking(graph: Graph, endpoint: Endpoint, needing: list[tuple[Component, Need]]) -> Iterator[Finding]:
    """Containers whose page waits for an argument that they have not."""
    targets = graph.targets(endpoint)
    objects = {id(each.workload.object): each.workload.object for each in targets if each.workload}
    ports = {each.container_port.image for each in targets if each.container_port}
    for container in (each for object_ in objects.values() for each in containers(object_)):
        image = str(container.value.get("image") or "")
        for component, need in needing if not ports or image in ports else ():
            if runs(image, need.images) and (place := _without(container, need)):
                message = f"{component.title} has no page of metrics without {need.argument}: this target is never up"
                notes = (Note("what scrapes it", endpoint.place),)
                yield Finding(ID, SEVERITY, message, place, f"add {need.argument} to its arguments", notes)


def _without(container: Located, need: Need) -> Place | None:
    """Where the server is started without the argument; nothing where somebody else may add it."""
    found = [each for key in ("command", "args") for each in container.at(key).items()]
    words = " ".join(str(each.value) for each in found)
    names = {str(each.value.get("name")) for each in container.at("env").items() if isinstance(each.value, dict)}
    elsewhere = need.variable in names or (need.variable and container.at("envFrom").value)
    if (
        elsewhere
        or "$" in words
        or not re.search(need.program, words)
        or re.search(rf"(?<!\S){need.argument}\b", words)
    ):
        return None
    return container.place(("args",) if container.at("args").value else ("command",), key=True)


def _elsewhere(graph: Graph, endpoint: Endpoint, known: list[Component]) -> Iterator[Finding]:
    """Endpoints at another path, or another port of the container, than those at which the page is by default."""
    steps = {each.step.target for each in endpoint.relabelings}
    if endpoint.federates or steps & {"__address__", "__metrics_path__"}:
        return
    for target in graph.targets(endpoint):
        port = target.container_port
        component = next(
            (each for each in known if port and _has_one_page(each) and runs(port.image, each.images)), None
        )
        if not port or not target.workload or not component or not component.scrape:
            continue
        wanted, path = component.scrape.path, endpoint.at("path")
        if isinstance(path.value, str) and not path.value.strip("/").endswith(wanted.strip("/")):
            message = f"{component.title} has its page of metrics at {wanted}, not at {path.value}"
            yield Finding(ID, Severity.WARNING, message, path.place(), f"write {wanted}")
        own = [each for each in target.workload.ports if each.image == port.image]
        named = next((each for each in own if each.name == component.scrape.port), None)
        if named and named.number != port.number:
            message = (
                f"{component.title} has its page of metrics at port {named.name}, {named.number}: not at {port.number}"
            )
            notes = (Note(f"the port {named.name}", named.place),)
            yield Finding(ID, Severity.WARNING, message, endpoint.at("port").place(), "scrape that port", notes)


def _has_one_page(component: Component) -> bool:
    """Whether it has a page of its own, and no other one."""
    return component.role in _PRODUCTS and component.scrape is not None and not component.scrape.also
