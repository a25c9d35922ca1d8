"""The Prometheus that collects and evaluates: one that is there, or one that the tree brings; where its samples go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from obsgen.components.fields import Kept, LabelName, Step, Strict
from obsgen.profile.names import Labels, LabelValue, Name, Namespace, Size, Url, Version
from obsgen.profile.platform import SecretKey, Volume


class Login(Strict):
    """A name and a password, each a key of a Secret."""

    username: SecretKey = Field(description="the key with the name")
    password: SecretKey = Field(description="the key with the password")


class Credentials(Strict):
    """How another system is told who asks: by name and password, by a token, or not at all."""

    login: Login | None = Field(None, description="name and password")
    token: SecretKey | None = Field(None, description="the key with a bearer token")


class RemoteWrite(Credentials):
    """A place that every sample is sent to, such as a hosted service or a central Prometheus."""

    name: Name = Field(description="its name in Prometheus' own metrics")
    url: Url = Field(description="where it takes remote write")


class Federation(Credentials):
    """Another Prometheus, whose recorded series and alerts are read."""

    name: Name = Field(description="the cluster, or what else tells it apart; its series get no label from this")
    url: Url = Field(description="where that Prometheus answers, without /federate")
    interval: Step = Field("1m", description="how often it is read")
    series: Literal["recorded", "signals"] = Field(
        "signals",
        description="recorded: recorded series and alerts alone, for many or large clusters; signals: also the series "
        "behind this stack's signals, so that every board works here",
    )


class Resources(Strict):
    """What each pod asks for; its memory is also its limit."""

    cpu: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*m?$")] = Field("500m", description="such as 2 or 500m")
    memory: Size = Field("4Gi", description="such as 8Gi")


class Chart(Strict):
    """The Helm chart kube-prometheus-stack, for which values are rendered."""

    version: Version = Field("88.5.3", description="the chart's version")
    repo_url: Url | None = Field(
        None, alias="repoURL", description="the chart's repository; with it, an Argo CD Application installs the chart"
    )


class Prometheus(Strict):
    """The Prometheus that collects and evaluates."""

    mode: Literal["existing", "managed", "values", "openshift", "files"] = Field(
        "existing",
        description="existing: an operator's Prometheus, found by its selectors; managed: the tree brings the "
        "Prometheus object; values: it brings values for the Helm chart kube-prometheus-stack; openshift: "
        "user-workload monitoring; files: prometheus.yml and rule files, for a Prometheus without an operator",
    )
    targets: Literal["monitors", "scrapeConfigs", "jobs"] | None = Field(
        None,
        description="how targets are described: monitors: ServiceMonitor and PodMonitor objects; scrapeConfigs: "
        "ScrapeConfig objects; jobs: scrape jobs in the chart's values or in prometheus.yml. Series are the same; else "
        "monitors, or jobs where there is no operator",
    )
    name: Name = Field("prometheus", description="the Prometheus object (managed)")
    release: Name = Field("monitoring", description="the chart's release (values)")
    chart: Chart = Field(Chart(), description="the Helm chart (values)")
    replicas: Annotated[int, Field(ge=1, le=9)] = Field(2, description="pods that scrape the same (managed, values)")
    retention: Kept = Field("15d", description="how long samples are kept (managed, values)")
    retention_size: Size | None = Field(None, description="how much is kept at most; else 90 % of the volume")
    storage: Volume | None = Field(None, description="each pod's volume; else samples are lost with the pod")
    resources: Resources = Field(Resources(), description="what each pod asks for (managed, values)")
    external_labels: dict[LabelName, LabelValue] = Field(
        default_factory=dict, description="besides cluster, region, provider and environment (managed, values, files)"
    )
    remote_write: tuple[RemoteWrite, ...] = Field(
        (), description="where samples are sent, too (managed, values, files)"
    )
    remote_write_receiver: bool = Field(
        False, description="whether others may send their samples here by remote write (managed, values)"
    )
    federate: tuple[Federation, ...] = Field((), description="other clusters' Prometheus, read by this central one")
    selector_labels: Labels | None = Field(None, description="labels that monitors and rules need to be selected")
    namespace: Namespace | None = Field(None, description="where Prometheus runs; else the monitoring namespace")
    url: Url | None = Field(None, description="where Grafana reaches it")
    scrape_interval: Step = Field("30s", description="at most 2m; windows of rules hold at least four scrapes")
    evaluation_interval: Step = Field("30s", description="at most 2m")

    @property
    def described_by(self) -> str:
        """How targets are described where the profile does not say."""
        return self.targets or ("jobs" if self.mode == "files" else "monitors")

    @property
    def is_own(self) -> bool:
        """Whether the tree brings this Prometheus, run by an operator."""
        return self.mode in ("managed", "values")

    @property
    def is_configured(self) -> bool:
        """Whether the tree says how it runs, external labels among it."""
        return self.is_own or self.mode == "files"
