"""The OpenTelemetry collector: its configuration hangs together, its pages and rights are what the tree relies on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from obsgen import pipeline
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile
from obsgen.source import load_text

HEAD: dict[str, Any] = {
    "apiVersion": "obsgen.dev/v1alpha1",
    "kind": "Profile",
    "stack": "demo",
    "modelServers": [{"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "vllm"}, "port": "http"}],
}
OPENSHIFT = {"cluster": {"name": "ml", "provider": "openshift"}, "traces": {"type": "tempostack"}}
VARIANTS: dict[str, dict[str, Any]] = {
    "existing": {"traces": {"url": "http://tempo.t:3200", "otlp": "tempo.t:4317"}},
    "secured": {"traces": {"otlp": "tempo.example.org:443", "insecure": False, "tenant": "acme"}},
    "tempostack": {"traces": {"type": "tempostack"}},
    "one pod": {"traces": {"type": "tempostack", "collectorReplicas": 1}},
    "traces alone": {"traces": {"spanMetrics": False}},
    "openshift": OPENSHIFT,
}
KINDS = {
    "receivers": {"otlp"},
    "processors": {"memory_limiter", "k8s_attributes", "batch"},
    "exporters": {"otlp_grpc", "prometheus"},
    "connectors": {"span_metrics", "service_graph"},
    "extensions": {"health_check", "bearertokenauth"},
}
"""Kinds of components that a collector of the distribution contrib has, by the names of 0.159."""


@cache
def tree(text: str) -> StackTree:
    return pipeline.render(parse_profile(text, "profile.yaml"))


def of(variant: str) -> StackTree:
    return tree(json.dumps(HEAD | VARIANTS[variant]))


def made(variant: str, kind: str) -> dict[str, Any]:
    (found,) = (
        each.object
        for each in of(variant).base.objects
        if (each.object["kind"], each.component) == (kind, "opentelemetry")
    )
    return dict(found)


def configuration(variant: str) -> Any:
    (document,) = load_text(made(variant, "ConfigMap")["data"]["config.yaml"], "config.yaml")
    return document.value


def structure(config: Mapping[str, Any]) -> Iterator[str]:
    """Whatever a collector would refuse about how its parts hang together."""
    for section, known in KINDS.items():
        yield from (f"no kind {name}" for name in config.get(section, {}) if name.split("/")[0] not in known)
    service = config["service"]
    used = {"extensions": set(service["extensions"]), "receivers": set(), "processors": set(), "exporters": set()}
    for name, pipe in service["pipelines"].items():
        if not pipe.get("receivers") or not pipe.get("exporters"):
            yield f"pipeline {name} has no beginning or no end"
        for section in ("receivers", "processors", "exporters"):
            used[section].update(pipe.get(section, ()))
    connectors = set(config.get("connectors", {}))
    for section in ("receivers", "exporters"):
        yield from (f"{each} is not on both sides" for each in connectors if each not in used[section])
        used[section] -= connectors
    for section, names in used.items():
        declared = set(config.get(section, {}))
        yield from (f"{section}: {each} is used and not declared" for each in names - declared)
        yield from (f"{section}: {each} is declared and not used" for each in declared - names)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_pipeline_names_what_is_declared(variant: str) -> None:
    assert list(structure(configuration(variant))) == []


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda config: config["exporters"].pop("prometheus"), "prometheus is used and not declared"),
        (lambda config: config["processors"].update(filter={}), "no kind filter"),
        (lambda config: config["receivers"].update({"otlp/two": {}}), "otlp/two is declared and not used"),
        (
            lambda config: config["service"]["pipelines"]["traces"]["exporters"].remove("span_metrics"),
            "not on both sides",
        ),
        (lambda config: config["service"]["pipelines"]["traces"].update(receivers=[]), "no beginning"),
    ],
)
def test_the_structural_check_notices(break_it: Any, told: str) -> None:
    config = configuration("tempostack")
    break_it(config)
    assert any(told in each for each in structure(config))


@pytest.mark.parametrize("variant", VARIANTS)
def test_memory_is_guarded_first_and_batches_are_made_last(variant: str) -> None:
    processors = configuration(variant)["service"]["pipelines"]["traces"]["processors"]
    assert (processors[0], processors[-1]) == ("memory_limiter", "batch")


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_port_that_listens_is_in_the_pod_and_no_other(variant: str) -> None:
    config, text = configuration(variant), made(variant, "ConfigMap")["data"]["config.yaml"]
    listening = {int(line.rpartition(":")[2]) for line in text.splitlines() if "endpoint: ${env:POD_IP}:" in line}
    (reader,) = config["service"]["telemetry"]["metrics"]["readers"]
    listening.add(reader["pull"]["exporter"]["prometheus"]["port"])
    pod = made(variant, "Deployment")["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert listening <= {each["containerPort"] for each in pod}
    service = {each["port"] for each in made(variant, "Service")["spec"]["ports"]}
    assert service == listening - {13133}


def test_the_monitor_reads_both_pages() -> None:
    (monitor,) = (
        each.object
        for each in of("tempostack").base.objects
        if each.object["kind"] == "ServiceMonitor" and each.object["metadata"]["name"].endswith("opentelemetry")
    )
    labels = monitor["spec"]["selector"]["matchLabels"]
    assert labels.items() <= made("tempostack", "Service")["metadata"]["labels"].items()
    ports = {each["name"] for each in made("tempostack", "Service")["spec"]["ports"]}
    assert [each["port"] for each in monitor["spec"]["endpoints"]] == ["metrics", "spans"]
    assert {"metrics", "spans"} <= ports


def test_the_signal_knows_the_buckets_that_the_collector_has() -> None:
    written = configuration("tempostack")["connectors"]["span_metrics"]["histogram"]["explicit"]["buckets"]
    instance = of("tempostack").base.stack.found("opentelemetry")
    assert instance is not None
    (series,) = instance.signals["call_duration"].series
    assert [seconds(each) for each in written] == list(series.buckets)


def seconds(written: str) -> float:
    """A duration as Go writes it, of one unit."""
    return int(written[:-2]) / 1000 if written.endswith("ms") else float(written[:-1])


def test_names_of_metrics_do_not_depend_on_defaults() -> None:
    (reader,) = configuration("existing")["service"]["telemetry"]["metrics"]["readers"]
    prometheus = reader["pull"]["exporter"]["prometheus"]
    assert all(prometheus[key] for key in ("without_type_suffix", "without_units", "without_scope_info"))
    assert configuration("existing")["connectors"]["span_metrics"]["namespace"] == "traces.span.metrics"


def test_calls_between_services_are_counted_by_one_pod_or_not_at_all() -> None:
    assert "service_graph" in configuration("one pod")["connectors"]
    assert made("one pod", "Deployment")["spec"]["replicas"] == 1
    assert "service_graph" not in configuration("tempostack")["connectors"]
    assert made("tempostack", "Deployment")["spec"]["replicas"] == 2


@pytest.mark.parametrize(
    ("variant", "endpoint", "insecure", "tenant"),
    [
        ("existing", "tempo.t:4317", True, None),
        ("secured", "tempo.example.org:443", False, "acme"),
        ("tempostack", "tempo-tracing-distributor.monitoring.svc:4317", True, None),
        ("openshift", "tempo-tracing-gateway.monitoring.svc:8090", False, "demo"),
    ],
)
def test_spans_go_to_tempo_as_it_wants_them(variant: str, endpoint: str, insecure: bool, tenant: str | None) -> None:
    exporter = configuration(variant)["exporters"]["otlp_grpc/tempo"]
    assert (exporter["endpoint"], exporter["tls"]["insecure"]) == (endpoint, insecure)
    assert exporter.get("headers", {}).get("X-Scope-OrgID") == tenant


def test_on_openshift_the_collector_writes_as_itself() -> None:
    config = configuration("openshift")
    exporter = config["exporters"]["otlp_grpc/tempo"]
    assert exporter["auth"]["authenticator"] in config["service"]["extensions"]
    assert exporter["tls"]["ca_file"].startswith("/var/run/secrets/kubernetes.io/serviceaccount/")
    objects = {(e.object["kind"], e.object["metadata"]["name"]): e.object for e in of("openshift").base.objects}
    (rule,) = objects["ClusterRole", "demo-traces-writer"]["rules"]
    assert (rule["resources"], rule["verbs"]) == (["demo"], ["create"])
    (account,) = objects["ClusterRoleBinding", "demo-traces-writer"]["subjects"]
    pod = made("openshift", "Deployment")["spec"]["template"]["spec"]
    assert account["name"] == pod["serviceAccountName"]
    tenants = objects["TempoStack", "tracing"]["spec"]["tenants"]
    assert tenants == {"mode": "openshift", "authentication": [{"tenantName": "demo", "tenantId": "demo"}]}


def test_the_collector_may_read_pods_and_namespaces_and_nothing_else() -> None:
    (rule,) = made("existing", "ClusterRole")["rules"]
    assert rule == {"apiGroups": [""], "resources": ["pods", "namespaces"], "verbs": ["get", "list", "watch"]}


@pytest.mark.parametrize("variant", VARIANTS)
def test_its_pods_are_restricted(variant: str) -> None:
    spec = made(variant, "Deployment")["spec"]["template"]["spec"]
    assert spec["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    assert container["image"].rpartition(":")[2] == "0.159.0"


@pytest.mark.parametrize(("variant", "wanted"), [("one pod", False), ("tempostack", True)])
def test_a_budget_keeps_one_of_several_pods(variant: str, wanted: bool) -> None:
    found = [each for each in of(variant).base.objects if each.component == "opentelemetry"]
    assert any(each.object["kind"] == "PodDisruptionBudget" for each in found) == wanted


@pytest.mark.parametrize("replicas", [1, 2, 3, 5])
def test_a_tempostack_can_always_write_and_keeps_hours(replicas: int) -> None:
    changes = {"traces": {"type": "tempostack", "replicas": replicas, "retention": "14d"}}
    (found,) = (
        each.object for each in tree(json.dumps(HEAD | changes)).base.objects if each.object["kind"] == "TempoStack"
    )
    spec = found["spec"]
    # The operator refuses fewer ingesters than a quorum; with that many exactly, none may be down.
    assert spec["replicationFactor"] // 2 + 1 <= max(1, replicas - 1)
    assert spec["retention"]["global"]["traces"] == "336h"
    assert {spec["template"][each]["replicas"] for each in ("ingester", "querier")} == {replicas}


def test_a_retention_that_the_operator_could_not_read_is_refused() -> None:
    from obsgen.findings import InputError

    with pytest.raises(InputError, match="whole hours"):
        tree(json.dumps(HEAD | {"traces": {"type": "tempostack", "retention": "90m"}}))
