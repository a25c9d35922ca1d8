"""The profile: what people write. Strict, frozen models with camelCase keys; every default is stated here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag

from obsgen.components.fields import (
    AlertLabel,
    AlertName,
    Duration,
    GroupName,
    NotEmpty,
    Quantity,
    Severity,
    Step,
    Strict,
)
from obsgen.components.models import Alert
from obsgen.conventions import IN_CLUSTER
from obsgen.profile.alerting import Alertmanager, Team
from obsgen.profile.names import (
    POD_REGEX,
    GitUrl,
    Labels,
    LabelValue,
    ModelName,
    Name,
    Namespace,
    OwnLabels,
    Port,
    RelativePath,
    Revision,
    Title,
    Url,
    Versions,
    regex,
)
from obsgen.profile.platform import Grafana, Logs, LongTerm, Prometheus, SecretStore, Traces


class Namespaces(Strict):
    """Where objects live; `create` lists the namespaces that the tree itself brings."""

    monitoring: Namespace = Field("monitoring", description="monitors, rules, dashboards and exporters")
    models: Namespace | None = Field(None, description="model servers that name no namespace of their own")
    grafana: Namespace | None = Field(None, description="Grafana and its dashboards; else the monitoring namespace")
    create: tuple[Namespace, ...] = Field((), description="namespaces that the tree creates; they are never pruned")


class Cluster(Strict):
    """The destination: what the cluster is called and where it runs.

    Nothing in a tree sets the labels `cluster` and `region` of series and alerts: Prometheus does, as external labels,
    and the tree's README says how to check it.
    """

    name: Name | None = Field(None, description="its name in Argo CD, and Prometheus's external label `cluster`")
    server: Url | None = Field(None, description="the API server's URL, if Argo CD knows the cluster by it")
    provider: Name | None = Field(None, description="such as aws-eks, gke, openshift")
    region: Name | None = Field(None, description="such as us-east-1: Prometheus's external label `region`")

    @property
    def is_argocds(self) -> bool:
        """Whether it is Argo CD's own: its Service's URL, the name that Argo CD gives it, or nothing said at all."""
        return self.server == IN_CLUSTER if self.server else self.name in (None, "in-cluster")


class Dashboards(Strict):
    """Renames or leaves out a board."""

    title: Title | None = None
    enabled: bool = True


class Kubernetes(Strict):
    """What cAdvisor, kube-state-metrics and node-exporter are used for."""

    nodes: bool = Field(False, description="board and alerts for node CPU, memory and disk")


class AlertChange(Strict):
    """Renames, retunes or leaves out a component's alert."""

    name: AlertName | None = None
    enabled: bool = True
    for_: Duration | None = Field(None, alias="for")
    severity: Severity | None = None
    group: GroupName | None = None
    labels: dict[AlertLabel, LabelValue] = Field(default_factory=dict)


class OwnAlert(Alert):
    """An alert of one's own: a sentence about the signals of a server."""

    server: Name = Field(description="the server, exporter or provider whose signals it speaks of")


_SUBJECTS = {"server", "signal", "ratio", "mean", "expr", "any"}


def _kind_of_alert(value: Any) -> str:
    own = bool(_SUBJECTS & value.keys()) if isinstance(value, dict) else isinstance(value, OwnAlert)
    return "(own)" if own else "(change)"


AlertEntry = Annotated[
    Annotated[AlertChange, Tag("(change)")] | Annotated[OwnAlert, Tag("(own)")], Discriminator(_kind_of_alert)
]
"""A change of a component's alert or, where it is a sentence, an alert of one's own."""


class Rules(Strict):
    """Where rules go."""

    object: Name | None = Field(None, description="one PrometheusRule for all rules; else one for each server")


class ServerSettings(Strict):
    """A server, exporter or provider: a component at work."""

    name: Name
    type: str = Field(description="the component, see `obsgen explain`")
    version: Versions = Field(("latest",), description="the version that runs, or a list during a roll-out")
    namespace: Namespace | None = None
    selector: Annotated[Labels, NotEmpty] | None = Field(
        None, description="labels of its Service (or pods, where those are scraped)"
    )
    port: Port | None = Field(None, description="name of the port with the metrics")
    port_number: int | None = Field(None, ge=1, le=65535, description="number of the container port, if it has no name")
    path: Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._~/-]*$", max_length=200)] | None = None
    interval: Step | None = Field(None, description="of its scrapes, else that of `prometheus`; at most 2m")
    honor_labels: bool | None = None
    team: Name | None = Field(None, description="one of `teams`: the label of its alerts, by which they are routed")
    monitor: bool = Field(True, description="false if something else scrapes it already, with the same job label")
    pods: Annotated[str, StringConstraints(pattern=POD_REGEX), AfterValidator(regex)] | None = Field(
        None, description="regular expression for the names of its pods"
    )
    options: dict[str, Any] = Field(default_factory=dict)
    thresholds: dict[str, Quantity] = Field(default_factory=dict)
    alerts: dict[str, AlertChange] = Field(default_factory=dict, description="changes for this server alone")


class Runtime(Strict):
    """The model server inside another, such as the runtime of an inference service."""

    type: str
    version: Versions = ("latest",)
    options: dict[str, Any] = Field(default_factory=dict)
    thresholds: dict[str, Quantity] = Field(default_factory=dict)


class PlatformSettings(Strict):
    """What is chosen of a component that is there without being listed, such as the one for nodes and pods."""

    version: Versions = ("latest",)
    options: dict[str, Any] = Field(default_factory=dict)
    thresholds: dict[str, Quantity] = Field(default_factory=dict)
    alerts: dict[str, AlertChange] = Field(default_factory=dict)


class ModelServer(ServerSettings):
    """A model server to watch."""

    runtime: Runtime | None = None


class GpuExporter(ServerSettings):
    """The exporter of GPU metrics."""

    name: Name = "gpu"


class Exporter(ServerSettings):
    """Anything else with metrics: a gateway, a vector database, a vendor's node exporter."""


class Provider(ServerSettings):
    """A source of usage and cost of hosted models."""

    covers: Annotated[tuple[Name, ...], NotEmpty] = Field(
        description="the providers read from this source, such as openai"
    )


class Price(Strict):
    """What a provider asks for a model's tokens."""

    input: Quantity
    output: Quantity


class Application(Strict):
    """An Argo CD Application for one part of the tree."""

    name: Name
    part: Literal["platform", "monitors", "rules", "dashboards"]


class ArgoCD(Strict):
    """Argo CD Applications for the tree."""

    repo_url: GitUrl = Field(alias="repoURL", description="the repository that holds the tree")
    target_revision: Revision = "main"
    path: RelativePath | None = Field(None, description="the tree's folder in the repository; else out/<stack>")
    namespace: Namespace = "argocd"
    applications: tuple[Application, ...] = Field((), description="one application a part; else one for the whole tree")
    suffix: Annotated[str, StringConstraints(pattern=r"^(-[a-z0-9-]*[a-z0-9])?$", max_length=30)] | None = Field(
        None, description="what an environment adds to applications' names; else -<environment>"
    )
    automated: bool = True


class Runbooks(Strict):
    """Where runbooks can be read."""

    base_url: Url | None = Field(None, alias="baseURL", description="else derived from the repository")


class Settings(Strict):
    """Everything that a profile says of one environment."""

    stack: Name
    labels: OwnLabels = Field(
        default_factory=dict, description="labels of every object, besides those that obsgen sets"
    )
    namespaces: Namespaces = Namespaces()
    cluster: Cluster = Cluster()
    prometheus: Prometheus = Prometheus()
    grafana: Grafana = Grafana()
    kubernetes: Kubernetes = Kubernetes()
    alertmanager: Alertmanager | None = Field(None, description="who is told of alerts; else somebody else's business")
    teams: dict[Name, Team] = Field(default_factory=dict, description="who is told of the alerts of a team's servers")
    long_term: LongTerm | None = Field(None, description="metrics beyond Prometheus' own retention")
    logs: Logs | None = Field(None, description="logs in Loki, alerts on them, and how they get there")
    traces: Traces | None = Field(None, description="traces in Tempo, and how they get there")
    secret_store: SecretStore | None = Field(None, description="renders an ExternalSecret for each Secret")
    platform: dict[Name, PlatformSettings] = Field(
        default_factory=dict, description="versions, options, thresholds of components that need no listing"
    )
    model_servers: tuple[ModelServer, ...] = ()
    gpu_exporter: GpuExporter | None = None
    exporters: tuple[Exporter, ...] = Field((), description="whatever else has metrics, such as a gateway")
    providers: tuple[Provider, ...] = ()
    prices: dict[Name, dict[ModelName, Price]] = Field(default_factory=dict)
    alerts: dict[AlertName, AlertEntry] = Field(default_factory=dict)
    dashboards: dict[Name, Dashboards] = Field(default_factory=dict)
    rules: Rules = Rules()
    argocd: ArgoCD | None = None
    runbooks: Runbooks = Runbooks()
    templates: tuple[str, ...] = Field((), description="folders with components of one's own, relative to the profile")


Changes = Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)]
"""What an environment changes; an environment that is left empty changes nothing."""


class Profile(Settings):
    """The profile as written: settings, and how its environments differ from them."""

    api_version: Literal["obsgen.dev/v1alpha1"]
    kind: Literal["Profile"]
    environments: dict[
        Name, Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)]
    ] = Field(default_factory=dict)
