"""The path from Pods to Prometheus: who selects whom, and which ports are scraped.

Nodes are workloads, Services, monitors with their endpoints, Prometheus and PrometheusRule objects, each with its
place; what is outside of the files is no node. Links say whether they hold for sure, or as far as anybody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from obsgen.facts import Facts, Running
from obsgen.signalpath.exporters import (
    ByLabels,
    ContainerPort,
    Service,
    ServicePort,
    Workload,
    services,
    texts,
    workloads,
)
from obsgen.signalpath.monitors import GROUP, SELECTORS, Endpoint, Monitor, monitors
from obsgen.signalpath.operators import operated
from obsgen.signalpath.prometheuses import RULES, Prometheus, of_facts, of_objects, of_values
from obsgen.signalpath.selectors import Answer, Labels, covers, either, same

if TYPE_CHECKING:
    from obsgen.repository.objects import KubeObject, Located


@dataclass(frozen=True, eq=False)
class Selection:
    """Whether a Prometheus selects a monitor or the rules of an object; `answer` is None where nobody can say."""

    prometheus: Prometheus
    object: KubeObject
    answer: Answer


@dataclass(frozen=True, eq=False)
class Target:
    """What an endpoint may scrape: a Service's port, a Pod's port, or one behind the other.

    Of what is outside of the files there is nothing: a Service without Pods among the files has no `workload`.
    """

    endpoint: Endpoint
    service: Service | None = None
    workload: Workload | None = None
    service_port: ServicePort | None = None
    container_port: ContainerPort | None = None


class Graph:
    """The path among some objects: `parts` are those that are applied together, one of which may serve another one.

    `jobs` are of Prometheus' own configuration, `values` of kube-prometheus-stack, `made` objects that a chart makes of
    them. Without `has_own_facts` facts may be those of an environment of which something else is true here.
    """

    def __init__(
        self,
        parts: Iterable[Iterable[KubeObject]],
        facts: Facts,
        jobs: Iterable[Endpoint] = (),
        values: Iterable[Located] = (),
        made: Iterable[KubeObject] = (),
        *,
        has_own_facts: bool = True,
    ) -> None:
        self.facts = facts
        self.has_own_facts = has_own_facts
        found = [(each, number) for number, part in enumerate(parts) for each in part]
        self.objects = tuple(each for each, _ in found)
        self._parts = {id(each): number for each, number in found}
        self._values = tuple(values)
        self._made = tuple(made)
        self.jobs = tuple(jobs)
        self._services_of: dict[Monitor, list[Service]] = {}
        self._behind: dict[Service, list[Workload]] = {}
        self._targets_of: dict[Endpoint, list[Target]] = {}

    @cached_property
    def workloads(self) -> ByLabels[Workload]:
        """What makes Pods."""
        return ByLabels(workloads(self.objects))

    @cached_property
    def pods(self) -> ByLabels[Workload]:
        """What makes Pods, be it that an operator makes them."""
        return ByLabels((*self.workloads.all, *operated((*self.objects, *self._made))))

    @cached_property
    def services(self) -> ByLabels[Service]:
        """Services."""
        return ByLabels(services(self.objects))

    @cached_property
    def monitors(self) -> tuple[Monitor, ...]:
        """Monitors of all kinds."""
        return tuple(monitors(self.objects))

    @cached_property
    def rules(self) -> tuple[KubeObject, ...]:
        """The objects with rules."""
        return tuple(each for each in self.objects if each.group == GROUP and each.kind == "PrometheusRule")

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """All that is scraped, by monitors and by jobs."""
        return (*(each for monitor in self.monitors for each in monitor.endpoints), *self.jobs)

    @cached_property
    def prometheuses(self) -> tuple[Prometheus, ...]:
        """Those among the files; else those that values of the chart make; else the one of facts."""
        found = tuple(of_objects(self.objects))
        known = self.facts.prometheus
        if known and (known.mode != "managed" or not any(each.scrapes for each in found)):
            return (*found, of_facts(known))
        if any(each.scrapes for each in found):
            return found
        return (*found, *filter(None, map(of_values, self._values)))

    @cached_property
    def _namespaces(self) -> Mapping[str, Labels]:
        """The labels of the namespaces whose manifests are among the files."""
        found = (each for each in self.objects if each.kind == "Namespace" and not each.group)
        return {each.name: texts(each.metadata.get("labels")) for each in found}

    def selections(self, monitor: Monitor) -> list[Selection]:
        """Every Prometheus that scrapes, and whether it selects a monitor."""
        of = SELECTORS[monitor.kind]
        return self._selected([each for each in self.prometheuses if each.scrapes], of, monitor.object)

    def loads(self, rules: KubeObject) -> list[Selection]:
        """Everything that evaluates rules, and whether it selects those of an object."""
        return self._selected([each for each in self.prometheuses if each.loads_rules], RULES, rules)

    def _selected(self, among: list[Prometheus], of: str, object_: KubeObject) -> list[Selection]:
        """Of those that are applied together with the object, or else of all."""
        near = [each for each in among if each.object is None or self.are_together(each.object, object_)]
        labels, about = texts(object_.metadata.get("labels")), self._namespaces.get(object_.namespace)
        return [
            Selection(each, object_, each.takes(of, labels, object_.namespace, about))
            for each in (near if any(each.object for each in near) else among)
        ]

    def are_together(self, one: KubeObject, other: KubeObject) -> bool:
        """Whether two objects are applied together."""
        return self._parts[id(one)] == self._parts[id(other)]

    def told_of(self, monitor: Monitor) -> list[Running]:
        """What facts say of that which a monitor is named after; nothing where it may be otherwise here."""
        servers = self.facts.servers if self.has_own_facts else ()
        return [each for each in servers if each.name == monitor.object.name]

    def is_scraped(self, monitor: Monitor) -> Answer:
        """Whether some Prometheus selects a monitor."""
        found = self.selections(monitor)
        return either(each.answer for each in found) if found else None

    def services_of(self, monitor: Monitor) -> list[Service]:
        """The Services that a ServiceMonitor selects, or may select."""
        if monitor not in self._services_of:
            found = self.services.selected(monitor.selector.value) if monitor.kind == "ServiceMonitor" else []
            looked_at = [each for each in found if self._looks_at(monitor, each.namespace) is not False]
            self._services_of[monitor] = looked_at
        return self._services_of[monitor]

    def workloads_of(self, monitor: Monitor) -> list[Workload]:
        """The workloads whose Pods a monitor scrapes, straight or through a Service."""
        if monitor.kind == "PodMonitor":
            found = self.workloads.selected(monitor.selector.value)
            return [each for each in found if self._looks_at(monitor, each.namespace) is not False]
        return [each for service in self.services_of(monitor) for each in self.behind(service)]

    def _looks_at(self, monitor: Monitor, namespace: str) -> Answer:
        return covers(monitor.spec.at("namespaceSelector").value, monitor.namespace, namespace)

    def behind(self, service: Service) -> list[Workload]:
        """The workloads whose Pods a Service leads to."""
        if service not in self._behind:
            self._behind[service] = self._led_to(service, self.workloads)
        return self._behind[service]

    def pods_behind(self, service: Service) -> list[Workload]:
        """The same, with what operators make Pods of."""
        return self._led_to(service, self.pods)

    @staticmethod
    def _led_to(service: Service, among: ByLabels[Workload]) -> list[Workload]:
        found = among.having(texts(service.selector.value))
        return [each for each in found if same(each.namespace, service.namespace) is not False]

    def targets(self, endpoint: Endpoint) -> list[Target]:
        """What an endpoint of a monitor scrapes of what is among the files; none if its port is not there."""
        if endpoint not in self._targets_of:
            self._targets_of[endpoint] = list(self._targets(endpoint))
        return self._targets_of[endpoint]

    def _targets(self, endpoint: Endpoint) -> Iterator[Target]:
        monitor = endpoint.monitor
        if monitor is None:
            return
        if monitor.kind == "PodMonitor":
            for workload in self.workloads_of(monitor):
                yield from _of_pods(endpoint, workload)
        for service in self.services_of(monitor):
            yield from self._of_service(endpoint, service)

    def _of_service(self, endpoint: Endpoint, service: Service) -> Iterator[Target]:
        pods, name = self.behind(service), endpoint.at("port").value
        if not name and (number := endpoint.at("targetPort").value):
            for workload in pods:
                for port in workload.ports:
                    if port.is_(number):
                        yield Target(endpoint, service, workload, None, port)
            if not pods:
                yield Target(endpoint, service)
            return
        for at in service.ports:
            if not name or at.name == str(name):
                yield from self._behind_port(endpoint, service, at)

    def _behind_port(self, endpoint: Endpoint, service: Service, at: ServicePort) -> Iterator[Target]:
        pods = self.behind(service)
        if not pods:
            yield Target(endpoint, service, None, at)
        for workload in pods:
            port = next((each for each in workload.ports if each.is_(at.target)), None)
            if port or not isinstance(at.target, str):
                yield Target(endpoint, service, workload, at, port)

    def job(self, endpoint: Endpoint) -> str | None:
        """The label `job` of an endpoint's series; None if nobody can say."""
        return endpoint.job(self.services_of(endpoint.monitor) if endpoint.monitor else ())

    def interval(self, endpoint: Endpoint) -> int | None:
        """How often an endpoint is scraped, in milliseconds; None if nobody can say."""
        own = endpoint.duration("interval") or endpoint.default_interval
        if own or endpoint.monitor is None:
            return own
        found = [each.prometheus for each in self.selections(endpoint.monitor) if each.answer is not False]
        return min((each.interval("scrapeInterval") for each in found), default=None)


def _of_pods(endpoint: Endpoint, workload: Workload) -> Iterator[Target]:
    wanted = endpoint.at("port").value or endpoint.at("portNumber").value or endpoint.at("targetPort").value
    if not wanted and not workload.ports:
        yield Target(endpoint, None, workload)
    for port in workload.ports:
        if not wanted or port.is_(wanted):
            yield Target(endpoint, None, workload, None, port)
