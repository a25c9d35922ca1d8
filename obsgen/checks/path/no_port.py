"""Endpoints whose port is not there: on no Service, on no container; and Services that lead to no container's port."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.signalpath.exporters import ContainerPort, Service, ServicePort, Workload
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Endpoint, Monitor

ID = "path/no-port"
LEVEL = 5
SEVERITY = Severity.ERROR

_KEYS = ("port", "portNumber", "targetPort")


def check(repository: Repository) -> Iterator[Finding]:
    """An error where everything that is selected is among the files; a warning where a container may be added."""
    for graph in (each.graph for each in repository.feeds):
        for endpoint in graph.endpoints:
            if endpoint.monitor and not graph.targets(endpoint):
                yield from _of_endpoint(graph, endpoint, endpoint.monitor)
        for service in graph.services.all:
            pods = graph.pods_behind(service)
            declared = [each for one in pods for each in one.ports]
            for port in service.ports if pods else ():
                if isinstance(port.target, str) and not any(each.is_(port.target) for each in declared):
                    yield _behind(service, port, pods[0], declared)


def _of_endpoint(graph: Graph, endpoint: Endpoint, monitor: Monitor) -> Iterator[Finding]:
    services = graph.services_of(monitor)
    name = endpoint.at("port").value
    if services and name:
        if not any(port.name == str(name) for each in services for port in each.ports):
            yield _of_service(endpoint, services)
    elif graph.workloads_of(monitor):
        yield _of_pods(graph, endpoint, monitor)
    elif not services:
        yield from _against_facts(graph, endpoint, monitor)


def _against_facts(graph: Graph, endpoint: Endpoint, monitor: Monitor) -> Iterator[Finding]:
    """An error where facts say which ports there are, and this is none of them."""
    ports = sorted({port for each in graph.told_of(monitor) for port in each.ports})
    wanted = next((found for key in _KEYS if (found := endpoint.at(key)).value), None)
    if ports and wanted and str(wanted.value) not in ports:
        message = f"{monitor.object.name} has no port {wanted.value}"
        yield Finding(ID, SEVERITY, message, wanted.place(), f"it has {', '.join(ports)}")


def _of_service(endpoint: Endpoint, services: list[Service]) -> Finding:
    port, ports = endpoint.at("port"), [each for service in services for each in service.ports]
    names = sorted({each.name for each in ports if each.name})
    message = f"no port of {services[0].object} is called {port.value}"
    return Finding(ID, SEVERITY, message, port.place(), _hint(str(port.value), names, ports), _notes(services))


def _hint(wanted: str, names: list[str], ports: list[ServicePort]) -> str:
    by_number = [each.name for each in ports if str(each.number) == wanted and each.name]
    if by_number:
        return f"`port` is a name, and {wanted} is called {by_number[0]}"
    if not names:
        return "its port has no name: give it one, or write targetPort"
    near = get_close_matches(wanted, names, 1)
    return f"did you mean {near[0]}?" if near else f"it has {', '.join(names)}"


def _notes(services: list[Service]) -> tuple[Note, ...]:
    return tuple(Note("its ports", each.object.located.place(("spec", "ports"))) for each in services)


def _behind(service: Service, port: ServicePort, pods: Workload, declared: list[ContainerPort]) -> Finding:
    """The Service has the port, but names one that no container declares."""
    message = f"{service.object} leads to a port {port.target}, which no container of {pods.object} declares"
    near = get_close_matches(port.target, [each.name for each in declared if each.name], 1)
    names = ", ".join(each.name or str(each.number) for each in declared)
    hint = f"they declare {names}" if names else "add it to the container's ports, or write its number"
    place = port.located.place(("targetPort",))
    notes = (Note("the Pods behind it", pods.place),)
    return Finding(ID, SEVERITY, message, place, f"did you mean {near[0]}?" if near else hint, notes)


def _of_pods(graph: Graph, endpoint: Endpoint, monitor: Monitor) -> Finding:
    key = next(each for each in _KEYS if endpoint.at(each).value)
    wanted, workload = endpoint.at(key), graph.workloads_of(monitor)[0]
    ports = workload.ports
    near = get_close_matches(str(wanted.value), [each.name for each in ports if each.name], 1)
    known = ", ".join(f"{each.name} ({each.number})" if each.name else str(each.number) for each in ports)
    hint = f"did you mean {near[0]}?" if near else f"they declare {known}" if known else "add it to the container"
    severity = Severity.ERROR if near or not ports or key != "port" else Severity.WARNING
    message = f"no container of {workload.object} declares a port {wanted.value}"
    return Finding(ID, severity, message, wanted.place(), hint, (Note("its Pods", workload.place),))
