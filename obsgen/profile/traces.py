"""Traces in a profile: which Tempo, what hands traces to it, what is measured on the way."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from obsgen.components.fields import Kept, Strict
from obsgen.profile.names import Name, Namespace, Url, in_whole
from obsgen.profile.platform import Volume


class Traces(Strict):
    """Traces in Tempo: an existing one, or a TempoStack of the operator; and how they get there."""

    type: Literal["existing", "tempostack"] = Field(
        "existing", description="existing: a Tempo that runs already; tempostack: a TempoStack object of its operator"
    )
    url: Url | None = Field(None, description="where Grafana reaches an existing Tempo; else a chart's name is taken")
    otlp: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+:[0-9]{1,5}$")] | None = Field(
        None, description="where an existing Tempo takes OTLP by gRPC", examples=["tempo.tracing.svc:4317"]
    )
    insecure: bool = Field(True, description="whether an existing Tempo takes OTLP without TLS")
    tenant: Name | None = Field(
        None,
        description="the tenant of an existing Tempo, or of a TempoStack on OpenShift; else the stack's name",
    )
    namespace: Namespace | None = Field(None, description="where Tempo runs; else the monitoring namespace")
    name: Annotated[Name, StringConstraints(max_length=40)] = Field("tracing", description="the TempoStack's name")
    storage: Literal["s3", "gcs", "azure"] = Field("s3", description="the kind of object storage of the Secret")
    secret: Name = Field("tempo-storage", description="the Secret with the object storage of the TempoStack")
    volume: Volume = Field(Volume(size="10Gi"), description="the ingesters' volumes")
    retention: Annotated[Kept, in_whole(3600, "traces are kept for whole hours")] = Field(
        "14d", description="how long a TempoStack keeps traces, in whole hours"
    )
    replicas: Annotated[int, Field(ge=1, le=9)] = Field(2, description="pods of distributor, ingester and querier")
    collector: bool = Field(True, description="an OpenTelemetry collector that takes OTLP and hands it on")
    collector_replicas: Annotated[int, Field(ge=1, le=9)] = Field(2, description="pods of the collector")
    span_metrics: bool = Field(True, description="request rate, errors and duration of spans as metrics")
