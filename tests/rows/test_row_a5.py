"""Row A5: the reference system's four alerts under their own names, with what was wrong in them put right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from promtool_rows import CHAT, Played, groups, tree

from obsgen import tools

LIMITS = {"e2eLatencyP95": "5s"}
SERVERS = [{**CHAT, "name": name, "selector": {"app": name}, "thresholds": LIMITS} for name in ("chat", "code")]
MADE: Any = tree(
    {
        "modelServers": SERVERS,
        "gpuExporter": {"type": "dcgm", "thresholds": {"gpuMemory": "90%"}},
        "alerts": {
            "GpuHighTemperature": {"name": "GPUHighTemperature"},
            "GpuMemoryHigh": {"name": "GPUMemoryNearlyFull"},
            "VllmP95LatencyHigh": {"name": "HighInferenceLatency", "for": "5m", "severity": "warning"},
            "VllmQueueGrowing": {"enabled": False},
            "InferenceQueueBuildingUp": {
                "server": "chat",
                "group": "inference",
                "signal": "requests_waiting",
                "above": 50,
                "for": "5m",
                "severity": "critical",
                "summary": "more than << limit >> requests wait",
                "description": "<< value >> requests to << name >> wait (limit << limit >>).",
            },
        },
    }
)
GPU = 'job="gpu",node="n1",gpu="0",UUID="GPU-1",modelName="NVIDIA L4",namespace="ml",pod="chat-0",container="c"'
SERIES = 'job="chat",namespace="ml",pod="chat-0",model_name="m",engine="0"'
ROW = {
    "GPUHighTemperature": "warning",
    "GPUMemoryNearlyFull": "warning",
    "HighInferenceLatency": "warning",
    "InferenceQueueBuildingUp": "critical",
}


@pytest.fixture
def played(real_tool: Callable[[str], tools.Tool], tmp_path: Path) -> Callable[[dict[str, str]], Played]:
    return lambda series: Played(MADE, series, real_tool("promtool"), tmp_path, "30s")


@pytest.mark.parametrize(("name", "severity"), ROW.items())
def test_names_severities_and_times_are_those_of_the_row(name: str, severity: str) -> None:
    rules = [rule for group in groups(MADE) for rule in group["rules"] if rule.get("alert") == name]
    assert rules
    assert {(rule["for"], rule["labels"]["severity"]) for rule in rules} == {("5m", severity)}


@pytest.mark.parametrize(("celsius", "told"), [(81, True), (80, False)])
def test_a_hot_gpu(celsius: int, told: bool, played: Callable[[dict[str, str]], Played]) -> None:
    run = played({f"DCGM_FI_DEV_GPU_TEMP{{{GPU}}}": f"{celsius}x30"})
    assert run.fires("GPUHighTemperature", "5m", 'node="n1",gpu="0"') is told


def test_five_minutes_and_not_less(played: Callable[[dict[str, str]], Played]) -> None:
    run = played({f"DCGM_FI_DEV_GPU_TEMP{{{GPU}}}": "85x30"})
    assert not run.fires("GPUHighTemperature", "4m30s")
    assert run.fires("GPUHighTemperature", "5m")


@pytest.mark.parametrize(("used", "free", "told"), [(91, 9, True), (90, 10, False), (48, 52, False)])
def test_memory_is_used_over_used_and_free(
    used: int, free: int, told: bool, played: Callable[[dict[str, str]], Played]
) -> None:
    """The original divided used by free, and would have told at 48 %."""
    run = played({f"DCGM_FI_DEV_FB_USED{{{GPU}}}": f"{used}x30", f"DCGM_FI_DEV_FB_FREE{{{GPU}}}": f"{free}x30"})
    assert run.fires("GPUMemoryNearlyFull", "5m") is told


@pytest.mark.parametrize(("slow", "told"), [(8, True), (3, False)])
def test_latency_is_that_of_a_histogram_that_exists(
    slow: int, told: bool, played: Callable[[dict[str, str]], Played]
) -> None:
    """The original asked vllm_request_latency_seconds, which no vLLM has: of 100 requests these take over 5 s."""
    name = "vllm:e2e_request_latency_seconds"
    counted = {"2.5": 50, "5.0": 100 - slow, "10.0": 100, "+Inf": 100}
    run = played({f'{name}_bucket{{{SERIES},le="{le}"}}': f"0+{count}x40" for le, count in counted.items()})
    assert run.fires("HighInferenceLatency", "10m", 'model_name="m",service="chat"') is told


@pytest.mark.parametrize(("waiting", "told"), [(26, True), (25, False)])
def test_the_queue_is_summed_over_models_and_replicas(
    waiting: int, told: bool, played: Callable[[dict[str, str]], Played]
) -> None:
    other = SERIES.replace("chat-0", "chat-1").replace('"m"', '"n"')
    elsewhere = SERIES.replace('job="chat"', 'job="code"')
    run = played(
        {
            f"vllm:num_requests_waiting{{{SERIES}}}": f"{waiting}x30",
            f"vllm:num_requests_waiting{{{other}}}": "25x30",
            f"vllm:num_requests_waiting{{{elsewhere}}}": "500x30",
        }
    )
    assert run.fires("InferenceQueueBuildingUp", "5m", 'severity="critical",service="chat"') is told
