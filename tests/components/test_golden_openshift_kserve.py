"""profiles/openshift-kserve.yaml against what was written by hand: tests/golden/openshift-kserve/."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from obsgen import pipeline
from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.promql.parse import parse
from obsgen.source import load_file

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "openshift-kserve"
PROFILE = (ROOT / "profiles" / "openshift-kserve.yaml").read_text()

USER_WORKLOAD = (("{mode: existing, selectorLabels: {}}", "{mode: openshift}"), ("  honorLabels: true\n", ""))
VLLM_ALERTS = PROFILE[PROFILE.index("    # Nobody is woken") : PROFILE.index("  prod:")]
NODES = ("grafana: {", "kubernetes: {nodes: true}\ngrafana: {")


def golden(name: str) -> Any:
    return load_file(GOLDEN / name)[0].value


@cache
def tree(*changes: tuple[str, str]) -> pipeline.StackTree:
    """The rendered profile, with some of its text exchanged."""
    text = PROFILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return pipeline.render(parse_profile(text, "openshift-kserve.yaml"))


def rendered(*changes: tuple[str, str]) -> dict[tuple[str, str], Any]:
    """The base's objects by kind and name."""
    objects = (each.object for each in tree(*changes).base.objects)
    return {(each["kind"], each["metadata"]["name"]): each for each in objects}


def panels(*changes: tuple[str, str]) -> dict[str, list[str]]:
    """The queries of the board Local Models by panel."""
    (board,) = (each for each in tree(*changes).boards if each.name == "local-models")
    return {p["title"]: [canonical(t["expr"]) for t in p.get("targets", ())] for p in board.json["panels"]}


def canonical(expr: str) -> str:
    """An expression without its layout."""
    return "".join(expr.split())


EXPECTED = [(group["name"], rule) for group in golden("rules.yaml")["groups"] for rule in group["rules"]]


@pytest.mark.parametrize(("group", "rule"), EXPECTED, ids=[rule["alert"] for _, rule in EXPECTED])
def test_the_alert_is_the_one_written_by_hand(group: str, rule: dict[str, Any]) -> None:
    spec = rendered()["PrometheusRule", rule["labels"]["service"]]["spec"]
    (found,) = (each for each in spec["groups"] if each["name"] == group)
    (alert,) = (each for each in found["rules"] if each.get("alert") == rule["alert"])
    parse(rule["expr"])
    assert canonical(alert["expr"]) == canonical(rule["expr"])
    assert {**alert, "expr": ""} == {**rule, "expr": ""}


@pytest.mark.parametrize("file", ["podmonitor-predictors.yaml", "servicemonitor-gpu.yaml"])
def test_the_monitor_is_the_one_written_by_hand(file: str) -> None:
    expected = golden(file)
    assert rendered()[expected["kind"], expected["metadata"]["name"]] == expected


def test_local_models_asks_what_was_written_by_hand() -> None:
    found = panels()
    for title, exprs in golden("local-models.yaml").items():
        assert found[title] == [canonical(expr) for expr in exprs], title


def test_knatives_proxy_is_a_second_page_of_the_same_pods() -> None:
    knative = ("{mode: raw, requestMetrics: runtime}", "{mode: serverless, requestMetrics: knative}")
    runtime, proxy = rendered(knative)["PodMonitor", "predictors"]["spec"]["podMetricsEndpoints"]
    assert (runtime["portNumber"], proxy["port"]) == (8080, "http-usermetric")
    assert proxy["relabelings"] == runtime["relabelings"]
    (latency,) = panels(knative)["p95 latency by model"]
    assert "kn_serving_invocation_duration_seconds_bucket{" in latency


def test_without_a_runtime_the_board_still_shows_pods_and_gpus_and_its_variables() -> None:
    alone = (('    runtime: {type: vllm, version: "0.19"}\n', ""), (VLLM_ALERTS, ""))
    found = panels(*alone)
    assert "p95 latency" not in found
    assert found["Predictor pod CPU"] == panels()["Predictor pod CPU"]
    (board,) = (each for each in tree(*alone).boards if each.name == "local-models")
    queries = {each["name"]: each.get("definition") for each in board.json["templating"]["list"]}
    assert queries["server"] == 'label_values(up{cluster=~"$cluster",job="predictors",namespace=~"$namespace"}, job)'


@pytest.mark.parametrize(("name", "namespace"), golden("user-workload.yaml")["objects"].items())
def test_with_user_workload_monitoring_objects_live_with_their_targets(name: str, namespace: str) -> None:
    kind, _, plain = name.partition("/")
    found = rendered(*USER_WORKLOAD)[kind, plain]
    assert found["metadata"]["namespace"] == namespace
    assert "namespaceSelector" not in found["spec"]


@pytest.mark.parametrize(("alert", "expr"), golden("user-workload.yaml")["alerts"].items())
def test_with_user_workload_monitoring_alerts_follow_the_exported_labels(alert: str, expr: str) -> None:
    (found,) = (each for each in tree(*USER_WORKLOAD).base.alerts if each.key == alert)
    assert canonical(found.expr) == canonical(expr)


def test_with_user_workload_monitoring_panels_follow_the_exported_labels() -> None:
    found = panels(*USER_WORKLOAD)
    for title, expr in golden("user-workload.yaml")["panels"].items():
        assert found[title] == [canonical(expr)]


@pytest.mark.parametrize("name", ["predictors", "gpu"])
def test_with_user_workload_monitoring_no_rule_looks_beyond_its_namespace(name: str) -> None:
    found = rendered(*USER_WORKLOAD, NODES)
    rule = found["PrometheusRule", name]
    exprs = [each["expr"] for group in rule["spec"]["groups"] for each in group["rules"]]
    seen = {namespace for expr in exprs for namespace in re.findall(r'namespace="([^"]*)"', expr)}
    assert seen == {rule["metadata"]["namespace"]}
    assert ("PrometheusRule", "kubernetes") not in found


def test_the_exporters_own_chart_has_another_label_and_another_port() -> None:
    operators = "gpu-operator}\n  selector: {app: nvidia-dcgm-exporter}\n  port: gpu-metrics\n"
    spec = rendered((operators, "standalone}\n"))["ServiceMonitor", "gpu"]["spec"]
    labels = {"app.kubernetes.io/component": "dcgm-exporter", "app.kubernetes.io/name": "dcgm-exporter"}
    assert spec["selector"] == {"matchLabels": labels}
    assert spec["endpoints"][0]["port"] == "metrics"


def test_knatives_metrics_without_knative_are_refused_at_their_line() -> None:
    wrong = ("{mode: raw, requestMetrics: runtime}", "{mode: raw, requestMetrics: knative}")
    line = PROFILE[: PROFILE.index(wrong[0])].count("\n") + 1
    with pytest.raises(InputError, match=rf"openshift-kserve.yaml:{line}:\d+: .*no queue-proxy"):
        tree(wrong)


def test_all_servers_of_a_board_are_those_of_the_stack() -> None:
    (board,) = (each for each in tree().boards if each.name == "local-models")
    values = {each["name"]: each.get("allValue") for each in board.json["templating"]["list"]}
    assert values["server"] == "predictors"


def test_all_pods_of_a_board_are_those_of_the_servers() -> None:
    """With `.*` for All, panels of GPUs and of log lines would show everybody's."""
    (board,) = (each for each in tree().boards if each.name == "local-models")
    (pod,) = (each for each in board.json["templating"]["list"] if each["name"] == "pod")
    assert "allValue" not in pod
    assert pod["definition"] == 'label_values(up{cluster=~"$cluster",job=~"$server",namespace=~"$namespace"}, pod)'
    (gpus,) = (each for each in tree().boards if each.name == "gpu")
    (pod,) = (each for each in gpus.json["templating"]["list"] if each["name"] == "pod")
    assert pod["allValue"] == ".*"  # those that hold GPUs, whoever they are, and GPUs that none holds


def test_user_workload_monitoring_refuses_honor_labels() -> None:
    with pytest.raises(InputError, match="user-workload monitoring overrides honorLabels"):
        tree(USER_WORKLOAD[0])


def test_the_development_cluster_wakes_nobody() -> None:
    severities = {name: {a.severity for a in r.alerts} for name, r in tree().environments.items()}
    assert severities["dev"] == {"warning", "info"}
    assert "critical" in severities["prod"]
