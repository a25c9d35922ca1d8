"""What the stack stands on: Prometheus, Grafana, long-term metrics, logs, traces, and where they keep things."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from obsgen.components.fields import Interval, LabelName, Step, Strict, refusal
from obsgen.profile.names import (
    LabelKey,
    Labels,
    LabelValue,
    Name,
    Namespace,
    SecretKeyName,
    Size,
    StorageClass,
    Title,
    Url,
    Version,
)
from obsgen.units import duration


class SecretKey(Strict):
    """One key of a Secret that must exist before the first sync; its value is never read or written."""

    secret: Name = Field(description="the Secret, in the namespace of what uses it")
    key: SecretKeyName = Field(description="the key that holds the value")


class Volume(Strict):
    """A volume for each pod."""

    size: Size = Field(description="such as 100Gi")
    storage_class: StorageClass | None = Field(None, description="else the cluster's default")


def _go_duration(text: str) -> str:
    if re.search("[dwy]", text):
        hours = f"{duration(text) // 3600}h"
        raise refusal("profile/duration", f"the operator of the store knows no '{text}'", f"write {hours}")
    return text


class SecretStore(Strict):
    """A store of External Secrets: with one, the tree brings an ExternalSecret for each Secret that must exist."""

    name: Name = Field(description="the store's name")
    kind: Literal["SecretStore", "ClusterSecretStore"] = Field("ClusterSecretStore", description="its kind")
    refresh: Annotated[Interval, AfterValidator(_go_duration)] = Field(
        "1h", description="how often values are read anew"
    )
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_.-]{0,200}$")] = Field(
        "", description="what stands before `<namespace>/<Secret>` in the names that the store knows"
    )


class ObjectStorage(Strict):
    """A Secret that says which bucket is written to and with which key; it must exist, its content is never read."""

    secret: Name = Field(description="the Secret, in the namespace of what uses it")
    key: SecretKeyName = Field("thanos.yaml", description="the key that holds the configuration")


class Retention(Strict):
    """How long what is in object storage is kept, by resolution."""

    raw: Interval = Field("30d", description="every sample")
    five_minutes: Interval = Field("180d", description="one of five minutes")
    one_hour: Interval = Field("2y", description="one of an hour")


class Login(Strict):
    """A name and a password, each a key of a Secret."""

    username: SecretKey = Field(description="the key with the name")
    password: SecretKey = Field(description="the key with the password")


class RemoteWrite(Strict):
    """A place that every sample is sent to, such as a hosted service or a central Prometheus."""

    name: Name = Field(description="its name in Prometheus' own metrics")
    url: Url = Field(description="where it takes remote write")
    login: Login | None = Field(None, description="name and password")
    token: SecretKey | None = Field(None, description="the key with a bearer token")


class Resources(Strict):
    """What each pod asks for; its memory is also its limit."""

    cpu: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*m?$")] = Field("500m", description="such as 2 or 500m")
    memory: Size = Field("4Gi", description="such as 8Gi")


class Prometheus(Strict):
    """The Prometheus that collects and evaluates."""

    mode: Literal["existing", "managed", "values", "openshift"] = Field(
        "existing",
        description="existing: an operator's Prometheus, found by its selectors; managed: the tree brings the "
        "Prometheus object; values: it brings values for the Helm chart kube-prometheus-stack; openshift: "
        "user-workload monitoring",
    )
    name: Name = Field("prometheus", description="the Prometheus object (managed)")
    release: Name = Field("monitoring", description="the chart's release (values)")
    replicas: Annotated[int, Field(ge=1, le=9)] = Field(2, description="pods that scrape the same (managed, values)")
    retention: Interval = Field("15d", description="how long samples are kept (managed, values)")
    retention_size: Size | None = Field(None, description="how much is kept at most; else 90 % of the volume")
    storage: Volume | None = Field(None, description="each pod's volume; else samples are lost with the pod")
    resources: Resources = Field(Resources(), description="what each pod asks for (managed, values)")
    external_labels: dict[LabelName, LabelValue] = Field(
        default_factory=dict, description="besides cluster, region, provider and environment (managed, values)"
    )
    remote_write: tuple[RemoteWrite, ...] = Field((), description="where samples are sent, too (managed, values)")
    selector_labels: Labels | None = Field(None, description="labels that monitors and rules need to be selected")
    namespace: Namespace | None = Field(None, description="where Prometheus runs; else the monitoring namespace")
    url: Url | None = Field(None, description="where Grafana reaches it")
    scrape_interval: Step = Field("30s", description="at most 2m; windows of rules hold at least four scrapes")
    evaluation_interval: Step = Field("30s", description="at most 2m")


class Grafana(Strict):
    """How boards reach Grafana."""

    delivery: Literal["sidecar", "provisioned"] = Field(
        "sidecar",
        description="sidecar: ConfigMaps for an existing Grafana; provisioned: Grafana is deployed with its boards",
    )
    folder: Title | None = Field(None, description="the boards' folder; else the stack's name")
    sidecar_label: dict[LabelKey, LabelValue] = Field(
        {"grafana_dashboard": "1"}, description="what the sidecar looks for"
    )
    admin_secret: Name = Field("grafana-admin", description="Secret with keys username and password (provisioned)")
    storage: Size | None = Field(
        None, description="size of a volume for Grafana's own state (provisioned); else none, boards come from git"
    )
    url: Url | None = Field(None, description="where people reach Grafana, for links in runbooks")


class LongTerm(Strict):
    """Metrics beyond Prometheus' own retention: Thanos over object storage."""

    version: Version = Field("0.42.4", description="Thanos' version, of sidecars as well")
    object_storage: ObjectStorage = Field(description="where blocks are kept")
    store: bool = Field(True, description="a store gateway, so that queries see what is in object storage")
    query: bool = Field(True, description="a querier over sidecars and store gateway; Grafana then asks it")
    compact: bool = Field(True, description="a compactor, which down-samples and deletes by retention")
    rule: bool = Field(False, description="a ruler, for rules over the data of several clusters")
    replicas: Annotated[int, Field(ge=1, le=9)] = Field(2, description="pods of store gateway and querier")
    storage: Volume = Field(Volume(size="100Gi"), description="the store gateway's and the compactor's volumes")
    retention: Retention = Field(Retention(), description="how long what is in object storage is kept")


class Logs(Strict):
    """Logs in Loki: an existing one, or a LokiStack of the operator; how they get there; what is alerted on."""

    type: Literal["existing", "lokistack"] = Field(
        "existing", description="existing: a Loki that runs already; lokistack: a LokiStack object of Loki's operator"
    )
    url: Url | None = Field(None, description="where Grafana reaches Loki (existing)")
    namespace: Namespace | None = Field(None, description="where Loki runs; else the monitoring namespace")
    name: Name = Field("logging", description="the LokiStack's name")
    size: Literal["1x.demo", "1x.pico", "1x.extra-small", "1x.small", "1x.medium"] = Field(
        "1x.small", description="the LokiStack's size"
    )
    storage_class: StorageClass | None = Field(None, description="for the LokiStack's volumes; needed by lokistack")
    secret: Name = Field("loki-storage", description="the Secret with the object storage of the LokiStack")
    schema_from: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")] = Field(
        "2024-10-01", description="the day from which schema v13 holds; for a new Loki any day in the past"
    )
    retention: Interval = Field("14d", description="how long logs are kept")
    collector: Literal["none", "alloy", "clusterlogforwarder"] = Field(
        "none",
        description="what brings the logs: none: something else does; alloy: a DaemonSet of Grafana Alloy; "
        "clusterlogforwarder: OpenShift's collector",
    )
    ruler: Literal["none", "alertingrule", "configmap"] = Field(
        "none",
        description="how alerts on logs reach Loki's ruler: alertingrule: objects of Loki's operator; "
        "configmap: a ConfigMap that the ruler's sidecar loads",
    )
    ruler_labels: Labels = Field({"loki_rule": "1"}, description="what the ruler's sidecar, or the LokiStack, selects")


class Traces(Strict):
    """Traces in Tempo: an existing one, or a TempoStack of the operator; and how they get there."""

    type: Literal["existing", "tempostack"] = Field(
        "existing", description="existing: a Tempo that runs already; tempostack: a TempoStack object of its operator"
    )
    url: Url | None = Field(None, description="where Grafana reaches Tempo (existing)")
    otlp: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+:[0-9]{1,5}$")] | None = Field(
        None, description="where Tempo takes OTLP by gRPC (existing), such as tempo.tracing:4317"
    )
    namespace: Namespace | None = Field(None, description="where Tempo runs; else the monitoring namespace")
    name: Name = Field("tracing", description="the TempoStack's name")
    secret: Name = Field("tempo-storage", description="the Secret with the object storage of the TempoStack")
    volume: Volume = Field(Volume(size="10Gi"), description="the ingesters' volumes")
    retention: Interval = Field("14d", description="how long traces are kept")
    replicas: Annotated[int, Field(ge=1, le=9)] = Field(2, description="pods of distributor, ingester and querier")
    collector: bool = Field(True, description="an OpenTelemetry collector that takes OTLP and hands it on")
    span_metrics: bool = Field(True, description="request rate, errors and duration of spans as metrics")
