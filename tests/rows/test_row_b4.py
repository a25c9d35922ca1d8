"""Row B4: four boards by their names, each a file for Grafana's import; the load test's results among them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from promtool_rows import Played, panel
from row_support import shipped

from obsgen import tools

PROFILE = "cross-provider-benchmark"
BOARDS = ["rag-overview", "vllm-metrics", "gpu-utilization", "benchmark-results"]


@pytest.mark.parametrize("name", BOARDS)
def test_the_board_is_a_file_that_can_be_imported_alone(name: str) -> None:
    board = json.loads(shipped(PROFILE).files[f"base/dashboards/{name}.json"])
    assert board["uid"]
    assert not {"id", "version", "__inputs", "__requires"} & board.keys()
    variables = {each["name"] for each in board["templating"]["list"]}
    assert {"datasource", "provider", "cluster", "region", "environment"} <= variables


def test_all_are_in_the_config_map_that_the_chart_mounts() -> None:
    (found,) = shipped(PROFILE).environments["prod"].board_maps
    assert found.object["metadata"]["name"] == "rag-grafana-dashboards"
    assert {f"{name}.json" for name in BOARDS} <= found.object["data"].keys()


@pytest.mark.tools
def test_runs_of_the_load_test_are_lines_beside_each_other(
    real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    """Of two scenarios the slower one is shown: percentiles cannot be averaged."""
    name = "k6_http_req_waiting_p95"
    series = {
        f'{name}{{testid="eks",scenario="short",status="200"}}': "0.25x20",
        f'{name}{{testid="eks",scenario="long",status="200"}}': "0.75x20",
        f'{name}{{testid="gke",scenario="long",status="200"}}': "0.5x20",
    }
    run = Played(shipped(PROFILE), series, real_tool("promtool"), tmp_path, "30s")
    (query,) = panel(shipped(PROFILE), "benchmark-results", "Time to first byte, p95")
    for place in ("provider", "region", "environment"):
        query = query.replace(f'"${place}"', '".*"')
    assert run.gives(query, "5m", [('{testid="eks"}', 0.75), ('{testid="gke"}', 0.5)]) == ""


def test_prometheus_takes_what_the_load_test_writes_and_the_readme_says_how() -> None:
    tree = shipped(PROFILE)
    spec = tree.environments["prod"].values["prometheus"]["prometheusSpec"]
    assert spec["enableRemoteWriteReceiver"] is True
    told = tree.files["README.md"].decode()
    assert "/api/v1/write K6_PROMETHEUS_RW_TREND_STATS='p(50),p(95),p(99)'" in told
    assert "load-test" not in {each.object["metadata"]["name"] for each in tree.environments["prod"].objects}
