"""Row P7: a TempoStack, a collector that traces reach it by, datasources that lead from each signal to the others."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from obsgen import pipeline
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile
from obsgen.schemas import errors, lookup
from obsgen.source import load_text

PROFILE: dict[str, Any] = {
    "apiVersion": "obsgen.dev/v1alpha1",
    "kind": "Profile",
    "stack": "platform",
    "prometheus": {"mode": "managed"},
    "grafana": {"delivery": "operator"},
    "logs": {"url": "http://loki.logs.svc:3100"},
    "traces": {
        "type": "tempostack",
        "secret": "tempo-storage-secret",
        "volume": {"size": "20Gi", "storageClass": "rook-ceph-block"},
        "replicas": 2,
    },
    "modelServers": [{"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "vllm"}, "port": "http"}],
}


@cache
def tree() -> StackTree:
    return pipeline.render(parse_profile(json.dumps(PROFILE), "profile.yaml"))


def made(kind: str, name: str) -> dict[str, Any]:
    (found,) = (
        each.object
        for each in tree().environments["prod"].objects
        if (each.object["kind"], each.object["metadata"]["name"]) == (kind, name)
    )
    return dict(found)


def test_the_tempostack_is_that_of_the_seed() -> None:
    stack = made("TempoStack", "tracing")
    schema = lookup("tempo.grafana.com/v1alpha1", "TempoStack")
    assert schema is not None
    assert list(errors(stack, schema)) == []
    spec = stack["spec"]
    assert spec["storage"]["secret"] == {"name": "tempo-storage-secret", "type": "s3"}
    # The seed has the storage class inside `storage`, where the resource has no such field.
    assert (spec["storageClassName"], spec["storageSize"]) == ("rook-ceph-block", "20Gi")
    template = spec["template"]
    assert template["distributor"]["component"]["replicas"] == 2
    assert (template["ingester"]["replicas"], template["querier"]["replicas"]) == (2, 2)
    assert "tempo-storage-secret" in {each.name for each in tree().base.stack.secrets}


def test_traces_have_a_way_to_it() -> None:
    text = made("ConfigMap", "otel-platform")["data"]["config.yaml"]
    (config,) = load_text(text, "config.yaml")
    exporter = config.value["exporters"]["otlp_grpc/tempo"]
    assert exporter["endpoint"] == "tempo-tracing-distributor.monitoring.svc:4317"
    assert config.value["service"]["pipelines"]["traces"]["receivers"] == ["otlp"]
    ports = {each["name"]: each["port"] for each in made("Service", "otel-platform")["spec"]["ports"]}
    assert (ports["otlp-grpc"], ports["otlp-http"]) == (4317, 4318)


def test_each_signal_leads_to_the_others() -> None:
    data = {
        uid: made("GrafanaDatasource", f"platform-{uid}")["spec"]["datasource"]["jsonData"]
        for uid in ("prometheus", "loki", "tempo")
    }
    assert data["prometheus"]["exemplarTraceIdDestinations"][0]["datasourceUid"] == "tempo"
    assert {each["datasourceUid"] for each in data["loki"]["derivedFields"]} == {"tempo"}
    assert data["tempo"]["tracesToLogsV2"]["datasourceUid"] == "loki"
    assert data["tempo"]["tracesToMetrics"]["datasourceUid"] == "prometheus"
    assert made("Prometheus", "prometheus")["spec"]["enableFeatures"] == ["exemplar-storage"]


def test_rate_errors_and_duration_of_services_are_on_a_board() -> None:
    (board,) = (each for each in tree().boards if each.component == "opentelemetry")
    titles = {panel["title"] for panel in board.json["panels"]}
    assert {"Rate", "Errors", "Duration, p95"} <= titles
    queries = [target["expr"] for panel in board.json["panels"] for target in panel.get("targets", ())]
    assert any("traces_span_metrics_duration_seconds_bucket" in each for each in queries)


def test_lost_telemetry_is_told() -> None:
    names = {each.name for each in tree().environments["prod"].alerts}
    assert {"OtelCollectorDown", "OtelCollectorSpansLost", "OtelCollectorSpansRefused"} <= names
