"""The models of facts, in files that people write and in those that trees carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from obsgen.components.fields import LabelName, MetricName, OneOrMore, Step, Strict
from obsgen.profile.metrics import DeclaredMetric
from obsgen.suppression import Allowed

KIND = "Facts"
"""The kind of a file that gives facts."""

Share = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
"""An object outside of the files: its namespace and name."""


class Running(Strict):
    """A component at work outside of the files: which versions, where, with which options.

    `exported` are labels of its page that Prometheus stores as `exported_…`, since target labels have their names.
    `selector` and `ports` are those of its Service, or of its Pods where a PodMonitor is to find them.
    """

    component: str = Field(description="what runs, see `obsgen explain`")
    name: str = Field("", description="what it is called", examples=["chat"])
    versions: OneOrMore | tuple[()] = Field((), description="those that run, if anybody knows", examples=["0.12"])
    namespace: str = Field("", description="where it runs", examples=["ml-models"])
    options: dict[str, Any] = Field(default_factory=dict, description="its options that differ from the defaults")
    selector: dict[str, str] = Field(default_factory=dict, description="labels by which monitors find it")
    ports: tuple[str, ...] = Field((), description="names or numbers of the ports with its metrics")
    exported: tuple[LabelName, ...] = Field((), description="labels of its page that are stored as exported_…")


class Monitoring(Strict):
    """The Prometheus that is to load rules and monitors, where it is not among the files."""

    name: str = Field("prometheus", description="its name, for people")
    mode: Literal["existing", "managed", "values", "files", "openshift"] = Field(
        "existing", description="how it is run, as in a profile"
    )
    namespace: str = Field("", description="where it runs")
    selector_labels: dict[str, str] = Field(
        default_factory=dict, description="labels that it selects monitors and rules by; none: it takes all of them"
    )
    scrape_interval: Step = Field("30s", description="where a monitor does not say")
    evaluation_interval: Step = Field("30s", description="of groups of rules that do not say")
    external_labels: tuple[LabelName, ...] = Field((), description="labels that it adds to alerts and remote writes")


class Boards(Strict):
    """The Grafana that is to load dashboards from ConfigMaps, where its sidecar is not among the files."""

    label: str = Field("grafana_dashboard", description="the label that its sidecar looks for")
    value: str = Field("", description="the value that the label must have; without one any will do")
    namespace: str = Field("", description="where it looks; without one everywhere")


class Facts(Strict):
    """What is known of one place (an environment, a cluster) besides the files."""

    cluster: str = Field("", description="its name, for people")
    prometheus: Monitoring | None = Field(None, description="the Prometheus, where it is not among the files")
    boards: Boards | None = Field(None, description="how Grafana finds dashboards, where it is not among the files")
    servers: tuple[Running, ...] = Field((), description="what runs there")
    metrics: dict[MetricName, DeclaredMetric] = Field(
        default_factory=dict, description="metrics of your own, as their pages have them"
    )
    secrets: tuple[Share, ...] = Field((), description="Secrets that exist, as namespace/name")
    assumptions: tuple[str, ...] = Field((), description="what is taken for true and nobody has said")
    allow: tuple[Allowed, ...] = Field((), description="findings that somebody has looked at, each with a reason")

    def running(self, component: str) -> list[Running]:
        """What is said of a component."""
        return self._by_component.get(component, [])

    @cached_property
    def _by_component(self) -> dict[str, list[Running]]:
        found: dict[str, list[Running]] = {}
        for each in self.servers:
            found.setdefault(each.component, []).append(each)
        return found

    def deployed(self, component: str) -> list[Running]:
        """What is said of a component, or seen of it: of what is only seen nobody knows the options."""
        return self.running(component)

    def seeing(self, versions: Mapping[str, tuple[str, ...]]) -> SeenFacts:
        """The same with versions that manifests show, by component; what is said of a component wins."""
        return SeenFacts.model_construct(**{name: getattr(self, name) for name in Facts.model_fields}, seen=versions)

    def at(self, versions: Mapping[str, Sequence[str]]) -> Facts:
        """The same with other versions of some components, where they run at all."""
        if not versions:
            return self
        servers = [
            each.model_copy(update={"versions": tuple(versions.get(each.component, each.versions))})
            for each in self.servers
        ]
        copied = self.model_copy(update={"servers": tuple(servers)})
        copied.__dict__.pop("_by_component", None)  # a copy takes along what was worked out
        return copied

    def plus(self, other: Facts) -> Facts:
        """Both together; of what there can be one of, the first."""
        return Facts.model_construct(
            cluster=self.cluster or other.cluster,
            prometheus=self.prometheus or other.prometheus,
            boards=self.boards or other.boards,
            servers=_once((*self.servers, *other.servers)),
            metrics={**other.metrics, **self.metrics},
            secrets=tuple(dict.fromkeys((*self.secrets, *other.secrets))),
            assumptions=tuple(dict.fromkeys((*self.assumptions, *other.assumptions))),
            allow=tuple(dict.fromkeys((*self.allow, *other.allow))),
        )


class SeenFacts(Facts):
    """Facts of a place whose manifests show more: versions by component."""

    seen: Mapping[str, tuple[str, ...]]

    def deployed(self, component: str) -> list[Running]:
        """What is said of a component, else what is seen of it."""
        found = [Running(component=component, versions=self.seen[component])] if component in self.seen else []
        return self.running(component) or found


class FactsFile(Facts):
    """A file that somebody writes: facts about everything that is checked together with it."""

    api_version: Literal["obsgen.dev/v1alpha1"]
    kind: Literal["Facts"]


class TreeFacts(Strict):
    """`.obsgen/facts.json` of a rendered tree: facts by environment.

    Of many clusters their number, and in `others` those of which something else is true than of their environment, as
    `<environment>/<cluster>`.
    """

    schema_version: Literal[1] = 1
    environments: dict[str, Facts]
    clusters: dict[str, int] = Field(default_factory=dict)
    others: dict[str, Facts] = Field(default_factory=dict)

    def of(self, environment: str, cluster: str = "") -> Facts:
        """The facts of an environment, or of one of its clusters."""
        other = self.others.get(f"{environment}/{cluster}")
        return other or self.environments.get(environment) or self.anywhere()

    def anywhere(self) -> Facts:
        """What is true somewhere: all environments together."""
        return together((*self.environments.values(), *self.others.values()))


def together(facts: Iterable[Facts]) -> Facts:
    """Several facts as one."""
    return reduce(Facts.plus, facts, Facts())


def _once(servers: Iterable[Running]) -> tuple[Running, ...]:
    return tuple({repr(each): each for each in servers}.values())
