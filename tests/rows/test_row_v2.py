"""Row V2: the board vLLM Production, row by row."""

from __future__ import annotations

from typing import Any

import pytest
from row_support import changed
from tree_rows import Written, colours, limits, shown

E2E, TTFT = "vllm:e2e_request_latency_seconds_bucket", "vllm:time_to_first_token_seconds_bucket"
RUNNING, WAITING, CACHE = "vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"
FINISHED = "vllm:request_success_total"
# By row and title: the type, the unit and the series of each panel that the row names.
PANELS = {
    ("Overview", "Concurrent requests"): ("gauge", "short", {RUNNING}),
    ("Overview", "Queue length"): ("gauge", "short", {WAITING}),
    ("Overview", "KV cache usage"): ("gauge", "percentunit", {CACHE}),
    ("Latency", "End-to-end latency"): ("timeseries", "s", {E2E}),
    ("Latency", "Time to first token"): ("timeseries", "s", {TTFT}),
    ("Request Details", "Finished requests by reason"): ("timeseries", "reqps", {FINISHED}),
    ("Request Details", "Request states"): ("timeseries", "short", {RUNNING, WAITING}),
    ("Request Details", "Preemptions"): ("timeseries", "eps", {"vllm:num_preemptions_total"}),
    ("Infrastructure", "KV cache usage over time"): ("timeseries", "percentunit", {CACHE}),
    ("Infrastructure", "GPU utilisation"): ("timeseries", "percentunit", {"DCGM_FI_DEV_GPU_UTIL"}),
    ("Infrastructure", "GPU memory"): ("timeseries", "bytes", {"DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"}),
    ("Throughput", "Requests"): ("timeseries", "reqps", {FINISHED}),
    ("Throughput", "GPU power"): ("timeseries", "watt", {"DCGM_FI_DEV_POWER_USAGE"}),
}


@pytest.fixture
def panels(vllm_triton: Written) -> dict[tuple[str, str], Any]:
    return vllm_triton.panels("vllm")


def test_the_rows_stand_in_their_order(vllm_triton: Written) -> None:
    board = vllm_triton.board("vllm")
    assert board["title"] == "vLLM Production"
    rows = [each["title"] for each in board["panels"] if each["type"] == "row"]
    assert rows[:5] == ["Overview", "Latency", "Request Details", "Infrastructure", "Throughput"]


@pytest.mark.parametrize(("place", "expected"), PANELS.items(), ids=[title for _, title in PANELS])
def test_the_panel_draws_its_series_in_its_unit(
    place: tuple[str, str], expected: tuple[str, str, set[str]], panels: dict[tuple[str, str], Any]
) -> None:
    panel = panels[place]
    assert (panel["type"], panel["fieldConfig"]["defaults"]["unit"], shown(panel)) == expected
    assert panel["description"]


@pytest.mark.parametrize("title", ["End-to-end latency", "Time to first token"])
def test_percentiles_have_fixed_colours(title: str, panels: dict[tuple[str, str], Any]) -> None:
    panel = panels["Latency", title]
    assert {"p50": "green", "p95": "orange", "p99": "red"}.items() <= colours(panel).items()
    quantiles = {each["legendFormat"]: each["expr"].partition(",")[0] for each in panel["targets"][:3]}
    assert quantiles == {f"p{part[2:]}0"[:3]: f"histogram_quantile({part}" for part in ("0.5", "0.95", "0.99")}


@pytest.mark.parametrize(
    ("place", "alert"),
    [
        (("Overview", "Queue length"), "VllmQueueGrowing"),
        (("Overview", "KV cache usage"), "VllmKvCacheSaturated"),
        (("Latency", "End-to-end latency"), "VllmP95LatencyHigh"),
        (("Latency", "Time to first token"), "VllmP95TtftHigh"),
        (("Infrastructure", "KV cache usage over time"), "VllmKvCacheSaturated"),
    ],
)
def test_the_alerts_limit_is_drawn(place: tuple[str, str], alert: str, panels: dict[tuple[str, str], Any]) -> None:
    (limit,) = limits(panels[place])
    assert f'alert="{alert}"' in limit


def test_a_share_of_the_cache_fills_its_gauge(panels: dict[tuple[str, str], Any]) -> None:
    defaults = panels["Overview", "KV cache usage"]["fieldConfig"]["defaults"]
    assert (defaults["min"], defaults["max"]) == (0, 1)


def test_reasons_and_states_are_told_apart(panels: dict[tuple[str, str], Any]) -> None:
    (finished,) = panels["Request Details", "Finished requests by reason"]["targets"]
    assert "by (finished_reason)" in finished["expr"]
    assert finished["legendFormat"] == "{{finished_reason}}"
    states = [each["legendFormat"] for each in panels["Request Details", "Request states"]["targets"]]
    assert states == ["running", "waiting"]


def test_memory_of_gpus_is_bytes_used_and_free(panels: dict[tuple[str, str], Any]) -> None:
    """DCGM counts MiB."""
    targets = panels["Infrastructure", "GPU memory"]["targets"]
    assert [each["legendFormat"].split()[0] for each in targets] == ["used", "free"]
    assert all(each["expr"].endswith("* 1048576") for each in targets)


def test_every_query_asks_the_datasource_that_was_chosen(vllm_triton: Written) -> None:
    board = vllm_triton.board("vllm")
    first = board["templating"]["list"][0]
    assert (first["name"], first["type"], first["query"]) == ("datasource", "datasource", "prometheus")
    asked = {each["datasource"]["uid"] for each in board["panels"] if each["type"] not in ("row", "logs")}
    assert asked == {"${datasource}"}


def test_the_cache_has_the_name_of_the_version() -> None:
    """It was renamed: at 0.8 the board asks for the name of then."""
    tree = changed("vllm-triton", ('type: vllm\n    version: "0.12"', 'type: vllm\n    version: "0.8"'))
    (board,) = (each for each in tree.boards if each.name == "vllm")
    (panel,) = (each for each in board.json["panels"] if each["title"] == "KV cache usage")
    assert shown(panel) == {"vllm:gpu_cache_usage_perc"}
