"""Row K3: the board Local Models: predictor pods, GPUs by pod and by node, requests by what a predictor exposes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from row_support import changed
from tree_rows import Written, shown

E2E = "vllm:e2e_request_latency_seconds"
# By title: the unit, what lines are told apart by, and the series.
PANELS = {
    "Predictor pod CPU": ("suffix: cores", "pod", "container_cpu_usage_seconds_total"),
    "GPU utilisation": ("percentunit", "pod, gpu", "DCGM_FI_DEV_GPU_UTIL"),
    "GPU memory": ("bytes", "pod, gpu", "DCGM_FI_DEV_FB_USED"),
    "GPU utilisation by node": ("percentunit", "node", "DCGM_FI_DEV_GPU_UTIL"),
    "Predictor pods by node": ("short", "node", "kube_pod_info"),
    "Request rate by model": ("reqps", "model_name", f"{E2E}_count"),
    "p95 latency by model": ("s", "model_name, le", f"{E2E}_bucket"),
}
MODE = "{mode: raw, requestMetrics: runtime}"


def panels(board: Any) -> dict[str, Any]:
    return {each["title"]: each for each in board["panels"]}


@pytest.mark.parametrize(("title", "expected"), PANELS.items(), ids=PANELS)
def test_the_panel_draws_its_series_in_its_unit(title: str, expected: tuple[str, str, str], kserve: Written) -> None:
    board = kserve.board("local-models")
    panel = panels(board)[title]
    unit, by, name = expected
    assert (panel["fieldConfig"]["defaults"]["unit"], shown(panel)) == (unit, {name})
    (target,) = panel["targets"]
    assert f"by ({by})" in target["expr"]
    assert board["title"] == "Local Models"


@pytest.mark.parametrize("title", ["Predictor pod CPU", "Predictor pods by node"])
def test_of_all_pods_of_the_cluster_it_shows_predictors(title: str, kserve: Written) -> None:
    (target,) = panels(kserve.board("local-models"))[title]["targets"]
    assert 'namespace="vllm"' in target["expr"]
    assert 'pod=~".*-predictor-.*"' in target["expr"]


def test_sums_and_copies_of_cadvisor_are_not_counted(kserve: Written) -> None:
    (target,) = panels(kserve.board("local-models"))["Predictor pod CPU"]["targets"]
    assert 'container!~"|POD"' in target["expr"]
    assert 'image!=""' in target["expr"]


@pytest.mark.parametrize(
    ("mode", "rate", "latency"),
    [
        ("{mode: raw, requestMetrics: runtime}", f"{E2E}_count", f"{E2E}_bucket"),
        (
            "{mode: serverless, requestMetrics: knative}",
            "kn_serving_invocation_duration_seconds_count",
            "kn_serving_invocation_duration_seconds_bucket",
        ),
        (
            "{mode: serverless, requestMetrics: knative, knative: up-to-1.18}",
            "revision_app_request_latencies_count",
            "revision_app_request_latencies_bucket",
        ),
    ],
)
def test_requests_are_counted_by_what_the_profile_chooses(mode: str, rate: str, latency: str) -> None:
    (board,) = (each for each in changed("openshift-kserve", (MODE, mode)).boards if each.name == "local-models")
    found = panels(board.json)
    assert shown(found["Request rate by model"]) == {rate}
    assert shown(found["p95 latency by model"]) == {latency}
    (target,) = found["p95 latency by model"]["targets"]
    assert re.match(r"histogram_quantile\(0\.95, ", target["expr"])
