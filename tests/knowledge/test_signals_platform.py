"""What is known of GPUs, Kubernetes, the stack's own parts and load tests, by what their options and versions show."""

from __future__ import annotations

from typing import Any

import pytest

from obsgen.components.catalogue import catalogue
from obsgen.components.signals import Series, Signal
from obsgen.facts import Facts, Running
from obsgen.knowledge.exposure import State, Verdict, verdict
from obsgen.knowledge.inventory import Inventory

CATALOGUE = catalogue()
INVENTORY = Inventory(CATALOGUE)
STANDALONE = {"deployment": "standalone"}


def asked(name: str, component: str = "", version: str = "", **options: Any) -> Verdict:
    """What is known of a name where a component runs at a version with these options, or where nobody has said so."""
    running = Running(component=component, versions=(version,) if version else (), options=options)
    return verdict(INVENTORY, name, Facts(servers=(running,) if component else ()))


def row(component: str, name: str) -> tuple[Signal, Series]:
    """The first row of a component that has this series."""
    signals = CATALOGUE.get(component).signals.values()
    return next((signal, each) for signal in signals for each in signal.series if each.name == name)


@pytest.mark.parametrize(
    ("name", "unit", "scale"),
    [
        ("DCGM_FI_DEV_GPU_UTIL", "ratio", 0.01),
        ("DCGM_FI_DEV_MEM_COPY_UTIL", "ratio", 0.01),
        ("DCGM_FI_DEV_FB_USED_PERCENT", "ratio", 1),
        ("DCGM_FI_PROF_SM_ACTIVE", "ratio", 1),
        ("DCGM_FI_DEV_FB_USED", "bytes", 2**20),
        ("DCGM_FI_DEV_FB_TOTAL", "bytes", 2**20),
        ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "joules", 1e-3),
        ("DCGM_FI_DEV_POWER_VIOLATION", "seconds", 1e-9),
        ("DCGM_FI_DEV_RELIABILITY_VIOLATION", "seconds", 1e-9),
        ("DCGM_FI_DEV_SM_CLOCK", "hertz", 1e6),
        ("DCGM_FI_PROF_PCIE_TX_BYTES", "bytes/s", 1),
    ],
)
def test_a_gpu_field_has_the_unit_that_the_driver_counts_in(name: str, unit: str, scale: float) -> None:
    signal, series = row("dcgm", name)
    assert (signal.unit, series.scale) == (unit, pytest.approx(scale))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("DCGM_FI_DEV_XID_ERRORS", "gauge"),
        ("DCGM_EXP_XID_ERRORS_COUNT", "gauge"),
        ("DCGM_FI_PROF_PCIE_RX_BYTES", "gauge"),
        ("DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "counter"),
    ],
)
def test_a_gpu_field_is_of_the_type_that_its_page_tells(name: str, kind: str) -> None:
    assert {each.type for each in INVENTORY.find(name)} == {kind}


@pytest.mark.parametrize(
    ("name", "version", "options", "state"),
    [
        ("DCGM_FI_DEV_GPU_UTIL", "3.3.6-3.4.2", {}, State.THERE),
        ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "3.3.6-3.4.2", {}, State.THERE),
        ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "4.0.0-4.0.1", STANDALONE, State.THERE),
        ("DCGM_FI_DEV_FB_RESERVED", "4.5.3-4.8.2", {}, State.THERE),
        ("DCGM_FI_DEV_FB_RESERVED", "4.5.3-4.8.2", STANDALONE, State.OFF),
        ("DCGM_FI_DEV_FB_RESERVED", "4.0.0-4.0.1", {"counters": ["DCGM_FI_DEV_FB_RESERVED"]}, State.THERE),
        ("DCGM_FI_PROF_SM_ACTIVE", "4.5.3-4.8.2", {}, State.OFF),
        ("DCGM_FI_PROF_SM_ACTIVE", "4.5.3-4.8.2", {"counters": ["DCGM_FI_PROF_SM_ACTIVE"]}, State.THERE),
        ("DCGM_FI_DEV_FB_USED_PERCENT", "4.5.3-4.8.2", {}, State.OFF),
        ("DCGM_FI_DEV_THERMAL_VIOLATION", "4.5.3-4.8.2", {"violations": True}, State.THERE),
        ("DCGM_FI_DEV_THERMAL_VIOLATION", "4.5.3-4.8.2", {"counters": ["DCGM_FI_DEV_THERMAL_VIOLATION"]}, State.THERE),
        ("DCGM_EXP_XID_ERRORS_COUNT", "4.5.3-4.8.2", {}, State.OFF),
        ("DCGM_FI_DEV_PCIE_TX_THROUGHPUT", "3.3.6-3.4.2", {}, State.THERE),
        ("DCGM_FI_DEV_PCIE_TX_THROUGHPUT", "4.6.0-4.8.3", {}, State.GONE),
    ],
)
def test_what_the_counters_file_enables_is_there(
    name: str, version: str, options: dict[str, Any], state: State
) -> None:
    assert asked(name, "dcgm", version, **options).state == state


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("nvidia_gpu_duty_cycle", "DCGM_FI_DEV_GPU_UTIL"),
        ("dcgm_gpu_temp", "DCGM_FI_DEV_GPU_TEMP"),
        ("dcgm_fb_used", "DCGM_FI_DEV_FB_USED"),
        ("kube_pod_container_resource_requests_cpu_cores", "kube_pod_container_resource_requests"),
        ("kube_pod_container_resource_limits_memory_bytes", "kube_pod_container_resource_limits"),
        ("kube_node_status_capacity_pods", "kube_node_status_capacity"),
        ("kube_hpa_spec_max_replicas", "kube_horizontalpodautoscaler_spec_max_replicas"),
        ("container_last_terminated_reason", "kube_pod_container_status_last_terminated_reason"),
        ("node_cpu", "node_cpu_seconds_total"),
        ("node_memory_MemAvailable", "node_memory_MemAvailable_bytes"),
        ("node_filesystem_avail", "node_filesystem_avail_bytes"),
        ("node_network_transmit_bytes", "node_network_transmit_bytes_total"),
        ("kubelet_running_pod_count", "kubelet_running_pods"),
        ("k6_http_reqs", "k6_http_reqs_total"),
    ],
)
def test_a_name_that_nobody_has_leads_to_the_one_that_was_meant(wrong: str, right: str) -> None:
    found = asked(wrong)
    assert found.state == State.NEVER
    assert [each.name for each in found.instead] == [right] * len(found.instead)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("pods", "kube_pod_labels"), ("nodes", "kube_node_labels"), ("namespaces", "kube_namespace_labels")],
)
def test_labels_of_objects_are_there_only_if_an_allowlist_names_their_kind(kind: str, name: str) -> None:
    assert asked(name).state == State.OFF
    assert asked(name, "kubernetes", labelsAllowlist=[kind]).state == State.THERE
    assert asked(name, "kubernetes", labelsAllowlist=["services"]).state == State.OFF


@pytest.mark.parametrize(
    ("name", "options", "state"),
    [
        ("k6_http_req_duration_p99", {}, State.THERE),
        ("k6_http_req_duration_p95", {}, State.OFF),
        ("k6_http_req_duration_p95", {"trendStats": ["p(95)", "p(99)"]}, State.THERE),
        ("k6_http_req_duration_p99", {"trendStats": ["p(95)"]}, State.OFF),
        ("k6_iteration_duration_avg", {"trendStats": ["avg"]}, State.THERE),
        ("k6_http_req_duration_count", {"trendStats": ["count"]}, State.THERE),
        ("k6_http_req_duration_p99", {"nativeHistograms": True}, State.OFF),
        ("k6_http_req_duration_seconds", {"nativeHistograms": True}, State.THERE),
        ("k6_http_req_duration_seconds", {}, State.OFF),
        ("k6_http_req_duration_seconds_bucket", {"nativeHistograms": True}, State.NEVER),
        ("k6_http_req_failed_rate", {}, State.THERE),
    ],
)
def test_a_load_test_pushes_the_statistics_that_it_is_told_to(name: str, options: dict[str, Any], state: State) -> None:
    assert asked(name, "k6", **options).state == state


def test_a_statistic_that_is_not_pushed_is_answered_by_the_one_that_is() -> None:
    assert [each.name for each in asked("k6_http_req_blocked_p95").instead] == ["k6_http_req_blocked_p99"]


@pytest.mark.parametrize(("version", "labels"), [("3.15.0", {"alertmanager"}), ("3.9.1", set())])
def test_dropped_notifications_are_counted_by_alertmanager_since_a_version(version: str, labels: set[str]) -> None:
    (found,) = asked("prometheus_notifications_dropped_total", "prometheus", version).rows
    assert found.labels == labels


@pytest.mark.parametrize("ending", ["", "_total"])
@pytest.mark.parametrize("kind", ["spans", "metric_points", "log_records"])
def test_a_collectors_counters_have_either_spelling(kind: str, ending: str) -> None:
    assert asked(f"otelcol_exporter_send_failed_{kind}{ending}").state == State.THERE


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("go_gc_duration_seconds", ("", "_sum", "_count")),
        ("prometheus_target_interval_length_seconds", ("", "_sum", "_count")),
        ("alertmanager_notification_latency_seconds", ("_bucket", "_sum", "_count")),
        ("argocd_app_reconcile", ("_bucket", "_sum", "_count")),
    ],
)
def test_summaries_and_histograms_are_known_by_their_parts(name: str, parts: tuple[str, ...]) -> None:
    assert all(INVENTORY.find(name + part) for part in parts)


@pytest.mark.parametrize("part", ["latency_seconds", "hash"])
def test_alertmanagers_page_is_known_under_its_prefix(part: str) -> None:
    (owner,) = INVENTORY.owners(f"alertmanager_some_{part}")
    assert owner.name == "alertmanager"
