"""Row P4: the reference system's four alerts, per model, with what was wrong in them put right."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from row_support import alert, made

from obsgen import tools

PROFILE = "inference-platform"
OWN = 'job="model-server",namespace="models"'


def fires(
    promtool: tools.Tool, folder: Path, name: str, series: Mapping[str, str], at: str, labels: Mapping[str, str]
) -> bool:
    """Whether an alert fires at a time, by the real engine."""
    groups = made("PrometheusRule", "model-server", PROFILE)["spec"]["groups"]
    (folder / "rules.yaml").write_text(json.dumps({"groups": groups}))
    shown = ",".join(f'{label}="{value}"' for label, value in labels.items())
    query = f'count(ALERTS{{alertname="{name}",alertstate="firing",{shown}}})'
    test = {
        "interval": "15s",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [{"expr": query, "eval_time": at, "exp_samples": [{"labels": "{}", "value": 1}]}],
    }
    content = {"rule_files": ["rules.yaml"], "evaluation_interval": "15s", "tests": [test]}
    (folder / "test.yaml").write_text(json.dumps(content))
    return tools.run(promtool, ["test", "rules", "test.yaml"], cwd=folder).returncode == 0


@pytest.mark.parametrize(("seconds", "expected"), [(0.6, True), (0.4, False)])
def test_latency_is_judged_for_each_model(
    seconds: float, expected: bool, real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    series = {
        f'inference_latency_seconds_sum{{{OWN},model="slow"}}': f"0+{seconds * 10}x80",
        f'inference_latency_seconds_count{{{OWN},model="slow"}}': "0+10x80",
        f'inference_latency_seconds_sum{{{OWN},model="fast"}}': "0+0.1x80",
        f'inference_latency_seconds_count{{{OWN},model="fast"}}': "0+100x80",
    }
    found = fires(real_tool("promtool"), tmp_path, "HighInferenceLatency", series, "10m", {"model": "slow"})
    assert found is expected


@pytest.mark.parametrize(("failed", "expected"), [(6, True), (4, False)])
def test_errors_are_a_share_of_requests(
    failed: int, expected: bool, real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    series = {
        f'inference_requests_total{{{OWN},model="m"}}': "0+100x80",
        f'inference_errors_total{{{OWN},model="m",error_type="x"}}': f"0+{failed}x80",
    }
    assert fires(real_tool("promtool"), tmp_path, "HighErrorRate", series, "10m", {"model": "m"}) is expected


def test_no_traffic_is_no_error(real_tool: Callable[[str], tools.Tool], tmp_path: Path) -> None:
    series = {
        f'inference_requests_total{{{OWN},model="m"}}': "100x80",
        f'inference_errors_total{{{OWN},model="m",error_type="x"}}': "100x80",
    }
    assert not fires(real_tool("promtool"), tmp_path, "HighErrorRate", series, "10m", {"model": "m"})


def test_gpus_are_judged_by_what_this_platform_exposes() -> None:
    """The original asked for a metric of another platform."""
    told = alert("LowGPUUtilization", PROFILE)
    assert "DCGM_FI" in told.expr
    assert told.for_ == "15m"


def test_a_container_without_a_limit_is_left_out() -> None:
    """cAdvisor says 0 for no limit, by which the original divided."""
    told = alert("HighMemoryUsage", PROFILE)
    assert "container_spec_memory_limit_bytes" not in told.expr
    assert "kube_pod_container_resource_limits" in told.expr
