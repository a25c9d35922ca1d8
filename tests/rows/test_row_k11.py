"""Row K11: what must run already is stated and checked; what follows of OpenShift's user-workload monitoring."""

from __future__ import annotations

import re

import pytest
from row_support import changed
from tree_rows import Written

from obsgen.findings import InputError
from obsgen.source import load_text

MODE = ("{mode: existing, selectorLabels: {}}", "{mode: openshift}")
LABELS = ("  honorLabels: true\n", "")
# Where each target is, and with it the monitor and the rules on it.
HOMES = {
    "predictors": "vllm",
    "gpu": "nvidia-gpu-operator",
    "litellm": "llm-gateway",
    "openai-usage": "monitoring",
    "grafana": "model-monitoring",
}


@pytest.fixture(scope="module")
def openshift(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written("openshift-kserve", tmp_path_factory.mktemp("user-workload"), MODE, LABELS)


@pytest.mark.parametrize(
    ("needed", "command"),
    [
        ("The Prometheus operator's custom resources are installed", "kubectl get crd prometheusrules"),
        ("The DCGM exporter runs on every GPU node in namespace nvidia-gpu-operator", "get pods,services"),
        ("A Prometheus selects the monitors and rules of namespace monitoring", "prometheuses.monitoring.coreos.com"),
        ("scrapes kubelet's cAdvisor and kube-state-metrics itself", "query=count by"),
    ],
)
def test_what_must_run_already_is_stated_with_a_command(needed: str, command: str, kserve: Written) -> None:
    (line,) = (each for each in kserve.section("Preconditions").splitlines() if needed in each)
    assert command in line.partition("Check: `")[2]


@pytest.mark.parametrize(("name", "namespace"), HOMES.items(), ids=HOMES)
def test_monitors_and_rules_live_with_their_targets(name: str, namespace: str, openshift: Written) -> None:
    """The mode ignores namespaceSelector, and a rule sees the series of its own namespace alone."""
    monitors = {**openshift.of_kind("ServiceMonitor"), **openshift.of_kind("PodMonitor")}
    assert monitors[name]["metadata"]["namespace"] == namespace
    assert "namespaceSelector" not in monitors[name]["spec"]
    assert openshift.of_kind("PrometheusRule")[name]["metadata"]["namespace"] == namespace


def test_no_rule_asks_beyond_its_namespace(openshift: Written) -> None:
    for each in openshift.of_kind("PrometheusRule").values():
        text = str([rule["expr"] for group in each["spec"]["groups"] for rule in group["rules"]])
        assert set(re.findall(r'[^_]namespace="([^"]*)"', text)) <= {each["metadata"]["namespace"]}


def test_labels_of_a_gpus_workload_arrive_as_exported(openshift: Written) -> None:
    (endpoint,) = openshift.of_kind("ServiceMonitor")["gpu"]["spec"]["endpoints"]
    assert endpoint["honorLabels"] is False
    _, _, rule = openshift.rule("GpuMemoryHigh")
    assert "exported_namespace, exported_pod" in rule["expr"]
    assert "$labels.exported_pod" in rule["annotations"]["description"]
    for row, title in (("GPUs", "GPU utilisation"), ("GPUs", "GPU memory")):
        (target,) = openshift.panels("local-models")[row, title]["targets"]
        assert 'exported_namespace=~"$namespace"' in target["expr"]
        assert "{{exported_pod}}" in target["legendFormat"]


def test_whoever_asks_for_the_pages_labels_is_told() -> None:
    with pytest.raises(InputError, match="user-workload monitoring overrides honorLabels"):
        changed("openshift-kserve", MODE)


def test_grafana_asks_thanos_with_a_token(openshift: Written) -> None:
    text = openshift.of_kind("ConfigMap")["grafana-datasources"]["data"]["datasources.yaml"]
    (found,) = load_text(text, "datasources.yaml")[0].value["datasources"]
    assert found["url"] == "https://thanos-querier.openshift-monitoring.svc:9091"
    assert found["jsonData"]["httpHeaderName1"] == "Authorization"
    assert re.fullmatch(r"Bearer \$__file\{/\S+/token\}", found["secureJsonData"]["httpHeaderValue1"])
    (binding,) = openshift.of_kind("ClusterRoleBinding").values()
    assert binding["roleRef"]["name"] == "cluster-monitoring-view"
    assert [each["namespace"] for each in binding["subjects"]] == ["model-monitoring"]


def test_nothing_stands_on_a_cluster_label(openshift: Written) -> None:
    """Nobody sets one there by default: alerts keep it if it is there, boards show everything without it."""
    rules = [rule for _, group in openshift.groups() for rule in group["rules"]]
    assert not [rule for rule in rules if "cluster" in rule.get("labels", {}) or "cluster=" in rule["expr"]]
    for name in ("local-models", "gpu", "ai-providers"):
        (variable,) = (each for each in openshift.board(name)["templating"]["list"] if each["name"] == "cluster")
        assert (variable["allValue"], variable["current"]["value"]) == (".*", "$__all")


def test_nothing_stands_on_series_of_nodes(openshift: Written, kserve: Written) -> None:
    """They belong to no namespace of the tree."""
    assert "GpuNodeUnwatched" in {rule.get("alert") for _, group in kserve.groups() for rule in group["rules"]}
    assert "kube_node" not in str([rule for _, group in openshift.groups() for rule in group["rules"]])


@pytest.mark.parametrize(
    "needed",
    [
        "Monitoring for user-defined projects is enabled",
        "The Prometheus of user workloads watches the namespaces of the targets",
        "One of OpenShift's two Prometheus watches namespace nvidia-gpu-operator",
    ],
)
def test_what_the_mode_needs_is_stated(needed: str, openshift: Written, kserve: Written) -> None:
    assert needed in openshift.section("Preconditions")
    assert needed not in kserve.section("Preconditions")


def test_what_is_scraped_with_a_key_finds_it_in_its_own_namespace(openshift: Written, kserve: Written) -> None:
    assert "`llm-gateway/litellm-metrics-key`" in openshift.section("Secrets that must exist")
    assert "`monitoring/litellm-metrics-key`" in kserve.section("Secrets that must exist")
