"""What tells Prometheus where metrics are: monitors, probes, ScrapeConfigs, and jobs of its own configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from obsgen.findings import Place
from obsgen.promql.durations import milliseconds
from obsgen.signalpath.exporters import Service, place_of, texts
from obsgen.signalpath.relabel import NAME, Partial, Step, after_steps, step_of
from obsgen.signalpath.selectors import Labels, namespaces_of

if TYPE_CHECKING:
    from obsgen.repository.objects import KubeObject, Located

GROUP = "monitoring.coreos.com"
ENDPOINTS = {
    "ServiceMonitor": ("endpoints",),
    "PodMonitor": ("podMetricsEndpoints",),
    "Probe": (),
    "ScrapeConfig": (),
}
"""The kinds of monitors, and where each has its endpoints; those that have but one are it themselves."""
SELECTORS = {
    "ServiceMonitor": "serviceMonitor",
    "PodMonitor": "podMonitor",
    "Probe": "probe",
    "ScrapeConfig": "scrapeConfig",
}
"""How the fields of a Prometheus that select a kind begin."""
_SNAKE = {
    "interval": "scrape_interval",
    "scrapeTimeout": "scrape_timeout",
    "honorLabels": "honor_labels",
    "relabelings": "relabel_configs",
    "metricRelabelings": "metric_relabel_configs",
    "path": "metrics_path",
    "sampleLimit": "sample_limit",
}
"""How Prometheus' own configuration calls the fields of an endpoint."""
_OF_SCRAPE_CONFIGS = {"interval": "scrapeInterval", "relabelings": "relabelings", "path": "metricsPath"}


@dataclass(frozen=True, slots=True)
class Relabelling:
    """A step, and where somebody wrote it."""

    step: Step
    located: Located


@dataclass(frozen=True, eq=False)
class Endpoint:
    """One page that is scraped, or all that a job of Prometheus' own configuration scrapes.

    `monitor` is the object that it stands in; None for a job. `default_interval` is in milliseconds, where a job's own
    configuration says it.
    """

    located: Located
    monitor: Monitor | None = None
    default_interval: int | None = None

    def at(self, field: str) -> Located:
        """A field by the name that it has in a ServiceMonitor."""
        if self.monitor is None:
            return self.located.at(_SNAKE.get(field, field))
        renamed = _OF_SCRAPE_CONFIGS.get(field, field) if self.monitor.kind == "ScrapeConfig" else field
        return self.located.at(renamed)

    @property
    def place(self) -> Place:
        """Where it begins."""
        if self.monitor is not None and not ENDPOINTS[self.monitor.kind]:
            return self.monitor.place
        return self.located.place((), key=True)

    def duration(self, field: str) -> int | None:
        """A duration in milliseconds; None where it is not written, or none."""
        value = self.at(field).value
        return milliseconds(value) if isinstance(value, str) else None

    @cached_property
    def relabelings(self) -> tuple[Relabelling, ...]:
        """What is done to the labels of a target before it is scraped."""
        return _steps(self.at("relabelings"))

    @cached_property
    def metric_relabelings(self) -> tuple[Relabelling, ...]:
        """What is done to the series of a page before they are stored."""
        return _steps(self.at("metricRelabelings"))

    @property
    def honors_labels(self) -> bool:
        """Whether labels of the page win over those of the target."""
        return bool(self.at("honorLabels").value is True)

    @property
    def federates(self) -> bool:
        """Whether it reads another Prometheus, which may have any series."""
        return str(self.at("path").value) == "/federate"

    def job(self, services: Sequence[Service] = ()) -> str | None:
        """The label `job` of its series; None if nobody can say. `services` are those that it is reached by."""
        default = self.monitor.job(services) if self.monitor else str(self.located.value.get("job_name") or "")
        known = {} if default is None else {"job": default}
        return after_steps(Partial(known), [each.step for each in self.relabelings]).value("job")

    @staticmethod
    def takes_away(step: Step, label: str) -> bool:
        """Whether a step takes a label from every series."""
        return after_steps(Partial({}), [step]).lost_by(label) is not None

    def stored(self, name: str, labels: Mapping[str, str] | None = None) -> Partial:
        """What becomes of a series of the page, as far as anybody can say."""
        return after_steps(Partial({**(labels or {}), NAME: name}), [each.step for each in self.metric_relabelings])


def _steps(located: Located) -> tuple[Relabelling, ...]:
    return tuple(Relabelling(step_of(each.value), each) for each in located.items() if isinstance(each.value, dict))


@dataclass(frozen=True, eq=False)
class Monitor:
    """An object that tells Prometheus where metrics are."""

    object: KubeObject

    @property
    def kind(self) -> str:
        """ServiceMonitor, PodMonitor, Probe or ScrapeConfig."""
        return self.object.kind

    @property
    def namespace(self) -> str:
        """Where it is."""
        return self.object.namespace

    @property
    def place(self) -> Place:
        """Where it stands."""
        return place_of(self.object)

    @cached_property
    def labels(self) -> Labels:
        """Its own labels."""
        return texts(self.object.metadata.get("labels"))

    @property
    def spec(self) -> Located:
        """What it says."""
        return self.object.located.at("spec")

    @property
    def selector(self) -> Located:
        """The labels of what it looks for."""
        return self.spec.at("selector")

    @property
    def namespaces(self) -> tuple[str, ...] | None:
        """The namespaces that it looks into; None for all."""
        return namespaces_of(self.spec.at("namespaceSelector").value, self.namespace)

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The pages that it has scraped."""
        route = ENDPOINTS[self.kind]
        found = self.spec.at(*route).items() if route else [self.spec]
        return tuple(Endpoint(each, self) for each in found if isinstance(each.value, dict))

    def job(self, services: Sequence[Service]) -> str | None:
        """The label `job` of its series, if its endpoints do not write another one."""
        if self.kind == "ServiceMonitor":
            label = str(self.spec.at("jobLabel").value or "")
            jobs = {each.labels.get(label) or each.object.name for each in services}
            return jobs.pop() if len(jobs) == 1 else None
        if self.kind == "PodMonitor":
            return None if self.spec.at("jobLabel").value else f"{self.namespace}/{self.object.name}"
        if self.kind == "Probe":
            return str(self.spec.at("jobName").value or f"probe/{self.namespace}/{self.object.name}")
        return str(self.spec.at("jobName").value or f"scrapeConfig/{self.namespace}/{self.object.name}")

    def __str__(self) -> str:
        return str(self.object)


def monitors(objects: Iterable[KubeObject]) -> Iterator[Monitor]:
    """The monitors among some objects."""
    for each in objects:
        if each.group == GROUP and each.kind in ENDPOINTS and isinstance(each.value.get("spec"), dict):
            yield Monitor(each)
