"""Row V5: ServiceMonitors for vLLM and Triton, which Prometheus selects and the rules stand on."""

from __future__ import annotations

import re

import pytest
from tree_rows import Written

SERVERS = {"vllm": ("http", {"app": "vllm"}), "triton": ("metrics", {"app": "triton"})}


@pytest.mark.parametrize(("name", "expected"), SERVERS.items(), ids=SERVERS)
def test_the_monitor_finds_the_service_by_label_and_the_port_by_name(
    name: str, expected: tuple[str, dict[str, str]], vllm_triton: Written
) -> None:
    monitor = vllm_triton.of_kind("ServiceMonitor")[name]
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["port"], monitor["spec"]["selector"]["matchLabels"]) == expected
    assert (endpoint["path"], endpoint["interval"], endpoint["honorLabels"]) == ("/metrics", "30s", False)


@pytest.mark.parametrize("name", SERVERS)
def test_it_looks_into_the_models_namespace_from_another(name: str, vllm_triton: Written) -> None:
    """Without namespaceSelector it would look for the Service in its own."""
    monitor = vllm_triton.of_kind("ServiceMonitor")[name]
    assert monitor["metadata"]["namespace"] == "ai-platform"
    assert monitor["spec"]["namespaceSelector"] == {"matchNames": ["ml-models"]}


def test_monitors_and_rules_carry_what_prometheus_selects_by(vllm_triton: Written) -> None:
    kinds = ("ServiceMonitor", "PrometheusRule")
    labels = [each["metadata"]["labels"] for kind in kinds for each in vllm_triton.of_kind(kind).values()]
    assert {each.get("release") for each in labels} == {"monitoring"}


@pytest.mark.parametrize(("name", "alert"), [("vllm", "VllmP95LatencyHigh"), ("triton", "TritonQueueSaturation")])
def test_alerts_ask_for_the_job_that_the_monitor_writes(name: str, alert: str, vllm_triton: Written) -> None:
    (endpoint,) = vllm_triton.of_kind("ServiceMonitor")[name]["spec"]["endpoints"]
    (job,) = (each["replacement"] for each in endpoint["relabelings"] if each["targetLabel"] == "job")
    assert set(re.findall(r'job="([^"]*)"', vllm_triton.rule(alert)[2]["expr"])) == {job}
    assert set(re.findall(r'namespace="([^"]*)"', vllm_triton.rule(alert)[2]["expr"])) == {"ml-models"}
