"""A stack: a profile resolved for one environment. Defaults are filled in, versions chosen, series known."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from obsgen.components.catalogue import ComponentFolder
from obsgen.components.origin import Origin
from obsgen.components.scrape import Endpoint
from obsgen.conventions import HUB
from obsgen.profile.models import AlertChange, ObjectiveChoice, OwnAlert, Settings
from obsgen.stack.memo import Memo

T = TypeVar("T")

Filter = tuple[str, tuple[str, ...]]
"""A label, or a field, and the values that it must (or must not) have."""


@dataclass(frozen=True, slots=True)
class StoredLog:
    """Lines as Loki stores them: what stands in them, and the labels of their streams.

    `streams` maps our labels to those of the streams; `fields` maps our labels to the fields that they are read from.
    `inside` is where the fields of a JSON line stand, `text` where a line stands that is wrapped in JSON.
    """

    where: tuple[Filter, ...]
    where_not: tuple[Filter, ...]
    field: str | None
    parse: str
    streams: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    inside: str
    text: str


@dataclass(frozen=True, slots=True)
class Stored:
    """One real series as Prometheus stores it: `labels` maps our names to the stored ones; or lines in Loki.

    One that stands `alone` counts what the other series of its signal count, too.
    """

    name: str
    type: str
    match: tuple[Filter, ...]
    scale: float
    labels: tuple[tuple[str, str], ...]
    buckets: tuple[float, ...]
    starts_at: str
    match_not: tuple[Filter, ...] = ()
    alone: bool = False
    log: StoredLog | None = None

    def label(self, ours: str) -> str | None:
        """The stored name of one of our labels, None if the series lacks it."""
        return dict(self.labels).get(ours)


@dataclass(frozen=True, slots=True)
class ResolvedSignal:
    """A signal at the versions that run: its series, several during a roll-out."""

    name: str
    help: str
    type: str
    unit: str
    aggregate: str
    scope: str
    series: tuple[Stored, ...]

    @property
    def is_log(self) -> bool:
        """Whether it speaks of log lines."""
        return any(each.log for each in self.series)

    @property
    def labels(self) -> dict[str, str]:
        """Our labels to the stored ones, over all series."""
        return {ours: stored for series in self.series for ours, stored in series.labels}


@dataclass(frozen=True, slots=True)
class Target:
    """How an instance's metrics are collected, and the labels by which its series are found again."""

    monitor: str
    namespace: str
    selector: Mapping[str, str]
    port: str | None
    port_number: int | None
    path: str
    scheme: str | None
    interval: str
    honor_labels: bool
    page_labels: tuple[str, ...]
    attach_node: bool
    authorization: Mapping[str, str] | None
    rendered: bool
    also: tuple[Endpoint, ...] = ()
    keep: bool = False
    """Whether every series that no signal stands for is dropped at the scrape."""


@dataclass(frozen=True)
class Instance:
    """A component at work under a name: a server, an exporter, a provider, or the platform itself.

    `sure` is False where its versions or options are at fault: then it has every signal that it may have.
    """

    name: str
    folder: ComponentFolder
    versions: tuple[str, ...]
    namespace: str
    options: Mapping[str, object]
    thresholds: Mapping[str, float]
    signals: Mapping[str, ResolvedSignal]
    target: Target | None = None
    monitored: bool = False
    pods: str | None = None
    covers: tuple[str, ...] = ()
    changes: Mapping[str, AlertChange] = field(default_factory=dict)
    objectives: Mapping[str, ObjectiveChoice] = field(default_factory=dict)
    own_alerts: Mapping[str, OwnAlert] = field(default_factory=dict)
    own_origin: Origin | None = None
    team: str | None = None
    sure: bool = True
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def role(self) -> str:
        """The component's role."""
        return self.folder.component.role


@dataclass(frozen=True, slots=True)
class Secret:
    """A Secret that must exist before the first sync; its `optional` keys may be missing."""

    namespace: str
    name: str
    keys: tuple[str, ...]
    used_by: str
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stack:
    """Everything that renderers need to know of one environment; `environment` is None for the base.

    `left_out` tells the servers that the profile has and this environment has not. `complete` is False where a server
    is missing because of a mistake that is told already.
    """

    name: str
    environment: str | None
    settings: Settings
    namespaces: Mapping[str, str]
    instances: tuple[Instance, ...]
    selector_labels: Mapping[str, str]
    assumptions: tuple[str, ...]
    preconditions: tuple[tuple[str, str | None], ...]
    secrets: tuple[Secret, ...]
    left_out: tuple[str, ...] = ()
    complete: bool = True
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once for all clusters that are the same in what it reads of them."""
        return self.memo.get(key, self.settings.cluster, make)

    @property
    def is_destination(self) -> bool:
        """Whether it is brought to one cluster; an environment with a list of clusters is brought to each of those."""
        return self.environment == HUB or not self.context.get("clusters")

    @cached_property
    def _first(self) -> dict[str, Instance]:
        """The first instance of each role and component."""
        first: dict[str, Instance] = {}
        for instance in self.instances:
            first.setdefault(instance.role, instance)
            first.setdefault(instance.folder.name, instance)
        return first

    def found(self, reference: str) -> Instance | None:
        """The first instance of a role or component."""
        return self._first.get(reference)

    @property
    def boards_namespace(self) -> str:
        """Where dashboards live."""
        return self.namespaces["grafana"]
