"""The profile: what people write. Strict, frozen models with camelCase keys; every default is stated here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag

from obsgen.components.fields import (
    AlertLabel,
    AlertName,
    Duration,
    GroupName,
    Kept,
    MetricName,
    NotEmpty,
    Quantity,
    Severity,
    Step,
    Strict,
)
from obsgen.components.objectives import Target
from obsgen.components.rules import Alert
from obsgen.profile.alerting import Alertmanager, Team
from obsgen.profile.destinations import ArgoCD, Changes, Cluster, ClusterEntry, Hub
from obsgen.profile.grafana import Grafana
from obsgen.profile.logs import Logs
from obsgen.profile.metrics import DeclaredMetric, Page
from obsgen.profile.names import (
    POD_REGEX,
    Labels,
    LabelValue,
    ModelName,
    Name,
    Namespace,
    OwnLabels,
    Port,
    RelativePath,
    Title,
    Url,
    Versions,
    regex,
)
from obsgen.profile.platform import LongTerm, SecretStore
from obsgen.profile.prometheus import Prometheus
from obsgen.profile.traces import Traces
from obsgen.suppression import Validation


class Namespaces(Strict):
    """Where objects live; `create` lists the namespaces that the tree itself brings."""

    monitoring: Namespace = Field("monitoring", description="monitors, rules, dashboards and exporters")
    models: Namespace | None = Field(None, description="model servers that name no namespace of their own")
    grafana: Namespace | None = Field(None, description="Grafana and its dashboards; else the monitoring namespace")
    create: tuple[Namespace, ...] = Field((), description="namespaces that the tree creates; they are never pruned")


class Dashboards(Strict):
    """Renames or leaves out a board."""

    name: Name | None = Field(None, description="another name of its file; its address in Grafana follows")
    title: Title | None = Field(None, description="another title")
    enabled: bool = Field(True, description="false leaves the board out")


class Kubernetes(Strict):
    """What cAdvisor, kube-state-metrics and node-exporter are used for."""

    nodes: bool = Field(False, description="board and alerts for node CPU, memory and disk")


class AlertChange(Strict):
    """Renames, retunes or leaves out a component's alert."""

    name: AlertName | None = Field(None, description="another name")
    enabled: bool = Field(True, description="false leaves the alert out")
    for_: Duration | None = Field(None, alias="for", description="how long it must hold before somebody is told")
    severity: Severity | None = Field(None, description="how soon somebody must act")
    group: GroupName | None = Field(None, description="the group of rules that it stands in")
    labels: dict[AlertLabel, LabelValue] = Field(default_factory=dict, description="more labels, for routes")


class OwnAlert(Alert):
    """An alert of one's own: a sentence about the signals of a server."""

    server: Name = Field(description="the server, exporter or provider whose signals it speaks of")


OWN_ALERT = "(own)"
"""Marks the faults of alerts of one's own."""
_SUBJECTS = {"server", "signal", "ratio", "mean", "expr", "any"}


def _kind_of_alert(value: Any) -> str:
    own = bool(_SUBJECTS & value.keys()) if isinstance(value, dict) else isinstance(value, OwnAlert)
    return OWN_ALERT if own else "(change)"


AlertEntry = Annotated[
    Annotated[AlertChange, Tag("(change)")] | Annotated[OwnAlert, Tag(OWN_ALERT)], Discriminator(_kind_of_alert)
]
"""A change of a component's alert or, where it is a sentence, an alert of one's own."""


class Rules(Strict):
    """Where rules go."""

    object: Name | None = Field(None, description="one PrometheusRule for all rules; else one for each server")


class ObjectiveChoice(Strict):
    """An objective that is wanted of a server; what is left open is as the component says."""

    target: Target | None = Field(None, description="the share that shall be good, such as 99.9%")
    window: Kept | None = Field(None, description="the time over which it is meant, such as 30d")


Objectives = dict[str, Annotated[ObjectiveChoice, BeforeValidator(lambda value: {} if value is None else value)]]


_VERSION = "the version that runs, or a list during a roll-out; it decides which series there are"
_OPTIONS = "switches of the component, see `obsgen explain` and its name"
_THRESHOLDS = "limits of its alerts, by name, with their units"


class ServerSettings(Strict):
    """A server, exporter or provider: a component at work."""

    name: Name = Field(description="what objects, alerts and thresholds are told apart by", examples=["chat"])
    type: str = Field(description="the component, see `obsgen explain`")
    version: Versions = Field(("latest",), description="the version that runs, or a list during a roll-out")
    namespace: Namespace | None = Field(None, description="where it runs; else as `namespaces` or the component says")
    selector: Annotated[Labels, NotEmpty] | None = Field(
        None, description="labels of its Service (or pods, where those are scraped)"
    )
    port: Port | None = Field(None, description="name of the port with the metrics")
    port_number: int | None = Field(None, ge=1, le=65535, description="number of the container port, if it has no name")
    path: Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._~/-]*$", max_length=200)] | None = Field(
        None, description="path of the metrics; else the component's, mostly /metrics", examples=["/metrics"]
    )
    interval: Step | None = Field(None, description="of its scrapes, else that of `prometheus`; at most 2m")
    honor_labels: bool | None = Field(
        None, description="whether labels of its own page win over those of the scrape; else as the component needs it"
    )
    team: Name | None = Field(None, description="one of `teams`: the label of its alerts, by which they are routed")
    monitor: bool = Field(True, description="false if something else scrapes it already, with the same job label")
    pods: Annotated[str, StringConstraints(pattern=POD_REGEX), AfterValidator(regex)] | None = Field(
        None, description="regular expression for the names of its pods", examples=["chat-.*"]
    )
    options: dict[str, Any] = Field(default_factory=dict, description=_OPTIONS)
    thresholds: dict[str, Quantity] = Field(default_factory=dict, description=_THRESHOLDS)
    alerts: dict[str, AlertChange] = Field(default_factory=dict, description="changes of its alerts, for it alone")
    objectives: Objectives = Field(default_factory=dict, description="service level objectives: those that are wanted")


class Runtime(Strict):
    """The model server inside another, such as the runtime of an inference service."""

    type: str = Field(description="the component, see `obsgen explain`")
    version: Versions = Field(("latest",), description=_VERSION)
    options: dict[str, Any] = Field(default_factory=dict, description=_OPTIONS)
    thresholds: dict[str, Quantity] = Field(default_factory=dict, description=_THRESHOLDS)
    objectives: Objectives = Field(default_factory=dict, description="service level objectives: those that are wanted")


class PlatformSettings(Strict):
    """What is chosen of a component that is there without being listed, such as the one for nodes and pods."""

    version: Versions = Field(("latest",), description=_VERSION)
    options: dict[str, Any] = Field(default_factory=dict, description=_OPTIONS)
    thresholds: dict[str, Quantity] = Field(default_factory=dict, description=_THRESHOLDS)
    alerts: dict[str, AlertChange] = Field(default_factory=dict, description="changes of its alerts")


class ModelServer(ServerSettings):
    """A model server to watch."""

    runtime: Runtime | None = Field(None, description="the model server inside this one, if it hosts another")


class GpuExporter(ServerSettings):
    """The exporter of GPU metrics."""

    name: Name = Field("gpu", description="what objects, alerts and thresholds are told apart by")


class Exporter(ServerSettings):
    """Anything else with metrics: a gateway, a vector database, a vendor's node exporter."""


class Application(ServerSettings):
    """A program with metrics of its own, which the profile declares."""

    type: str = Field("application", description="the component that knows what to alert on, see `obsgen explain`")
    title: Title | None = Field(None, description="the title of its board; else its name")
    metrics: dict[MetricName, DeclaredMetric] = Field(
        default_factory=dict, description="its metrics, by the names on its page"
    )
    pages: tuple[Page, ...] = Field((), description="further pages with metrics")
    keep: bool = Field(False, description="drops at the scrape every series that is not declared")


class Provider(ServerSettings):
    """A source of usage and cost of hosted models."""

    covers: Annotated[tuple[Name, ...], NotEmpty] = Field(
        description="the providers read from this source, such as openai"
    )


class Price(Strict):
    """What a provider asks for a model's tokens."""

    input: Quantity = Field(description="for what is asked", examples=["2.50USD/Mtok"])
    output: Quantity = Field(description="for what is answered", examples=["10USD/Mtok"])


class Runbooks(Strict):
    """Where runbooks can be read."""

    base_url: Url | None = Field(None, alias="baseURL", description="else derived from the repository")


class Settings(Strict):
    """Everything that a profile says of one environment."""

    stack: Name = Field(description="the stack's name: its folder is out/<stack>")
    labels: OwnLabels = Field(
        default_factory=dict, description="labels of every object, besides those that obsgen sets"
    )
    namespaces: Namespaces = Field(Namespaces(), description="where objects live")
    cluster: Cluster = Field(Cluster(), description="the cluster that the tree is for")
    prometheus: Prometheus = Field(Prometheus(), description="the Prometheus that collects and evaluates")
    grafana: Grafana = Field(Grafana(), description="how boards reach Grafana")
    kubernetes: Kubernetes = Field(Kubernetes(), description="what is used of the cluster's own metrics")
    alertmanager: Alertmanager | None = Field(None, description="who is told of alerts; else somebody else's business")
    teams: dict[Name, Team] = Field(default_factory=dict, description="who is told of the alerts of a team's servers")
    long_term: LongTerm | None = Field(None, description="metrics beyond Prometheus' own retention")
    logs: Logs | None = Field(None, description="logs in Loki, alerts on them, and how they get there")
    traces: Traces | None = Field(None, description="traces in Tempo, and how they get there")
    secret_store: SecretStore | None = Field(None, description="renders an ExternalSecret for each Secret")
    platform: dict[Name, PlatformSettings] = Field(
        default_factory=dict, description="versions, options, thresholds of components that need no listing"
    )
    model_servers: tuple[ModelServer, ...] = Field((), description="the model servers to watch")
    gpu_exporter: GpuExporter | None = Field(None, description="the exporter of GPU metrics")
    applications: tuple[Application, ...] = Field((), description="programs with metrics of their own")
    exporters: tuple[Exporter, ...] = Field((), description="whatever else has metrics, such as a gateway")
    providers: tuple[Provider, ...] = Field((), description="sources of usage and cost of hosted models")
    prices: dict[Name, dict[ModelName, Price]] = Field(
        default_factory=dict, description="what providers ask for tokens: by provider, then by model"
    )
    gpu_prices: dict[ModelName, Quantity] = Field(
        default_factory=dict,
        description="what a GPU costs, by its model as the GPU exporter names it; `other` for all others",
        examples=[{"NVIDIA L4": "0.8USD/h", "other": "2USD/h"}],
    )
    alerts: dict[AlertName, AlertEntry] = Field(
        default_factory=dict, description="changes of components' alerts by name, and alerts of one's own"
    )
    dashboards: dict[Name, Dashboards] = Field(
        default_factory=dict, description="another title for a board, or none of it"
    )
    rules: Rules = Field(Rules(), description="where rules go")
    argocd: ArgoCD | None = Field(None, description="Argo CD Applications for the tree; none without this key")
    runbooks: Runbooks = Field(Runbooks(), description="where runbooks can be read")
    validation: Validation = Field(Validation(), description="what `obsgen validate` is to let pass")
    templates: tuple[str, ...] = Field(
        (), description="folders with one's own components, beside the profile", examples=[["templates"]]
    )


class Profile(Settings):
    """The profile as written: settings, and how its environments differ from them."""

    api_version: Literal["obsgen.dev/v1alpha1"] = Field(description="the version of this form")
    kind: Literal["Profile"] = Field(description="what the file is")
    environments: dict[Name, Changes] = Field(
        default_factory=dict,
        description="what differs where: the profile's own keys again; null removes",
        examples=[{"dev": {"cluster": {"name": "ml-dev"}}, "prod": {}}],
    )
    clusters: tuple[ClusterEntry, ...] = Field(
        (),
        description="the clusters that environments are brought to, where there are many",
        examples=[[{"name": "eu-1", "environment": "prod", "region": "eu-central-1"}]],
    )
    clusters_file: RelativePath | None = Field(
        None, description="a file with the list of clusters, beside the profile", examples=["clusters.yaml"]
    )
    hub: Hub | None = Field(None, description="the central cluster, which shows all others")
