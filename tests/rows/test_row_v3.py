"""Row V3: the board Triton Production, row by row."""

from __future__ import annotations

from typing import Any

import pytest
from tree_rows import Written, limits, shown

DONE, FAILED = "nv_inference_request_success", "nv_inference_request_failure"
COMPUTED = {f"nv_inference_compute_{part}_duration_us" for part in ("input", "infer", "output")}
PANELS = {
    ("Inference", "Answered requests by model"): ("reqps", {DONE}),
    ("Inference", "Failed requests by model"): ("reqps", {FAILED}),
    ("Inference", "Inference latency"): ("s", {"nv_inference_request_duration_us", DONE}),
    ("Inference", "Answered requests in the chosen time"): ("short", {DONE}),
    ("Queue", "Queue duration"): ("s", {"nv_inference_queue_duration_us", DONE}),
    ("Queue", "Compute duration"): ("s", {*COMPUTED, DONE}),
    ("Infrastructure", "GPU utilisation"): ("percentunit", {"nv_gpu_utilization"}),
    ("Infrastructure", "GPU memory"): ("bytes", {"nv_gpu_memory_used_bytes", "nv_gpu_memory_total_bytes"}),
    ("Infrastructure", "GPU power"): ("watt", {"nv_gpu_power_usage", "nv_gpu_power_limit"}),
}


@pytest.fixture
def panels(vllm_triton: Written) -> dict[tuple[str, str], Any]:
    return vllm_triton.panels("triton")


def test_it_is_called_triton_production(vllm_triton: Written) -> None:
    assert vllm_triton.board("triton")["title"] == "Triton Production"


@pytest.mark.parametrize(("place", "expected"), PANELS.items(), ids=[title for _, title in PANELS])
def test_the_panel_draws_its_series_in_its_unit(
    place: tuple[str, str], expected: tuple[str, set[str]], panels: dict[tuple[str, str], Any]
) -> None:
    panel = panels[place]
    assert (panel["fieldConfig"]["defaults"]["unit"], shown(panel)) == expected
    assert panel["description"]


@pytest.mark.parametrize("title", ["Answered requests by model", "Failed requests by model", "Inference latency"])
def test_models_are_told_apart(title: str, panels: dict[tuple[str, str], Any]) -> None:
    (target,) = panels["Inference", title]["targets"]
    assert "sum by (model" in target["expr"]
    assert target["legendFormat"].startswith("{{model}}")


@pytest.mark.parametrize("title", ["Queue duration", "Compute duration"])
def test_durations_are_seconds_a_request(title: str, panels: dict[tuple[str, str], Any]) -> None:
    """Triton sums microseconds over all requests: a rate of that alone is no duration."""
    queries = [each["expr"] for each in panels["Queue", title]["targets"] if "_us" in each["expr"]]
    assert queries
    assert all(each.endswith("/ 1000000") and DONE in each.partition("/")[2] for each in queries)


def test_the_limit_of_the_queue_is_drawn(panels: dict[tuple[str, str], Any]) -> None:
    (limit,) = limits(panels["Queue", "Queue duration"])
    assert 'alert="TritonQueueSaturation"' in limit


def test_the_total_is_that_of_the_chosen_time(panels: dict[tuple[str, str], Any]) -> None:
    (target,) = panels["Inference", "Answered requests in the chosen time"]["targets"]
    assert "increase(" in target["expr"]
    assert "[$__range]" in target["expr"]
