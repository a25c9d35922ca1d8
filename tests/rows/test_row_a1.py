"""Row A1: GPU metrics by the DCGM exporter, on a board that knows partitioned GPUs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from promtool_rows import Played, panel, tree

from obsgen import tools

GPU = {"type": "dcgm", "options": {"violations": True, "xidCount": True}}
MADE: Any = tree({"gpuExporter": GPU})
ONE = 'job="gpu",node="n1",gpu="0",UUID="GPU-1",modelName="NVIDIA A100",GPU_I_PROFILE="3g.20gb"'
HALVES = {
    f'{ONE},GPU_I_ID="1",namespace="ml",pod="chat-0",container="c"': ("0.75", "15000", "5000"),
    f'{ONE},GPU_I_ID="2",namespace="ml",pod="rank-0",container="c"': ("0.25", "5000", "15000"),
}


def halves() -> dict[str, str]:
    """A card in two instances, as the exporter shows them: no utilisation, but activity and memory of each."""
    series = {}
    for labels, (active, used, free) in HALVES.items():
        series[f"DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{labels}}}"] = f"{active}x20"
        series[f"DCGM_FI_DEV_FB_USED{{{labels}}}"] = f"{used}x20"
        series[f"DCGM_FI_DEV_FB_FREE{{{labels}}}"] = f"{free}x20"
        series[f"DCGM_FI_DEV_GPU_TEMP{{{labels}}}"] = "60x20"
    return series


@pytest.fixture
def played(real_tool: Callable[[str], tools.Tool], tmp_path: Path) -> Played:
    return Played(MADE, halves(), real_tool("promtool"), tmp_path, "30s")


def test_the_board_has_what_the_row_names() -> None:
    (board,) = (each for each in MADE.boards if each.name == "gpu")
    assert board.title == "GPU Metrics"
    titles = {panel["title"] for panel in board.json["panels"]}
    assert {
        "GPU utilisation",
        "Engine activity",
        "Share of memory in use",
        "Temperature",
        "Power",
        "Last XID error",
        "XID errors in 5 minutes",
        "Slowed down by heat",
        "Slowed down by the power limit",
    } <= titles


def test_each_instance_of_a_card_has_its_own_line(played: Played) -> None:
    (query,) = panel(MADE, "gpu", "Engine activity")
    lines = [('{node="n1",gpu="0",GPU_I_ID="1"}', 0.75), ('{node="n1",gpu="0",GPU_I_ID="2"}', 0.25)]
    assert played.gives(query, "5m", lines) == ""


def test_instances_are_counted_each_and_memory_is_shared_out(played: Played) -> None:
    (count,) = panel(MADE, "gpu", "GPUs")
    assert played.gives(count, "5m", [("{}", 2)]) == ""
    share, *_ = panel(MADE, "gpu", "Share of memory in use")
    lines = [('{node="n1",gpu="0",GPU_I_ID="1"}', 0.75), ('{node="n1",gpu="0",GPU_I_ID="2"}', 0.25)]
    assert played.gives(share, "5m", lines) == ""


def test_who_holds_an_instance_is_on_the_board(played: Played) -> None:
    query, *_ = panel(MADE, "gpu", "Work on GPUs that pods hold")
    labels = '{{node="n1",gpu="0",GPU_I_ID="{0}",namespace="ml",pod="{1}"}}'
    lines = [(labels.format(1, "chat-0"), 0.75), (labels.format(2, "rank-0"), 0.25)]
    assert played.gives(query, "5m", lines) == ""


def test_the_monitor_says_which_node_a_gpu_is_in_and_whose_pod_holds_it() -> None:
    (monitor,) = (each.object for each in MADE.base.objects if each.object["kind"] == "ServiceMonitor")
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["honorLabels"] is True
    assert {"node"} <= {each.get("targetLabel") for each in endpoint["relabelings"]}
