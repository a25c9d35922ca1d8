"""Row V11: nodes by node-exporter: a board, and alerts on CPU, memory and disk."""

from __future__ import annotations

import pytest
from row_support import changed
from tree_rows import Written, limits, series, shown

# Of each alert its comparison, its limit, its duration, and the series that it must ask for.
ALERTS = {
    "NodeCpuHigh": (">", "0.9", "15m", {"node_cpu_seconds_total"}),
    "NodeMemoryHigh": ("<", "0.1", "5m", {"node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"}),
    "NodeDiskAlmostFull": (
        "<", "0.1", "15m", {"node_filesystem_avail_bytes", "node_filesystem_size_bytes", "node_filesystem_readonly"},
    ),
    "NodeDiskFillingUp": (
        "<", "0", "1h", {"node_filesystem_avail_bytes", "node_filesystem_size_bytes", "node_filesystem_readonly"},
    ),
    "NodeNotReady": ("<", "1", "10m", {"kube_node_status_condition"}),
}  # fmt: skip
PANELS = {
    ("Overview", "CPU in use"): {"node_cpu_seconds_total"},
    ("Overview", "Memory available"): {"node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"},
    ("CPU and memory", "CPU by node"): {"node_cpu_seconds_total"},
    ("CPU and memory", "Available memory by node"): {"node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"},
    ("Disk and network", "Free disk space"): {"node_filesystem_avail_bytes", "node_filesystem_size_bytes"},
}
DRAWN = {
    "CPU by node": "NodeCpuHigh",
    "Available memory by node": "NodeMemoryHigh",
    "Free disk space": "NodeDiskAlmostFull",
}


@pytest.mark.parametrize(("name", "expected"), ALERTS.items(), ids=ALERTS)
def test_the_alert_asks_node_exporter(
    name: str, expected: tuple[str, str, str, set[str]], vllm_triton: Written
) -> None:
    comparison, limit, waited, asked = expected
    _, group, rule = vllm_triton.rule(name)
    assert group["name"] == "nodes"
    assert (rule["for"], rule["labels"]["severity"]) == (waited, "warning")
    assert series(rule["expr"]) == asked
    assert f"{comparison} {limit}" in " ".join(rule["expr"].split())


@pytest.mark.parametrize(("place", "asked"), PANELS.items(), ids=[title for _, title in PANELS])
def test_the_board_shows_nodes(place: tuple[str, str], asked: set[str], vllm_triton: Written) -> None:
    panel = vllm_triton.panels("infrastructure")[place]
    assert shown(panel) == asked
    assert panel["fieldConfig"]["defaults"]["unit"] == "percentunit"
    drawn = [f'alert="{DRAWN[place[1]]}"' in limit for limit in limits(panel)]
    assert drawn == ([True] if place[1] in DRAWN else [])


def test_a_cpu_that_waits_or_idles_is_not_busy(vllm_triton: Written) -> None:
    assert 'mode!~"idle|iowait|steal"' in vllm_triton.rule("NodeCpuHigh")[2]["expr"]


def test_what_it_needs_is_a_precondition(vllm_triton: Written) -> None:
    assert "scrapes node-exporter on every node" in vllm_triton.section("Preconditions")


def test_it_is_there_where_it_is_asked_for_alone() -> None:
    tree = changed("vllm-triton", ("kubernetes: {nodes: true}\n", ""))
    assert not {each.name for each in tree.base.alerts} & set(ALERTS)
    assert "infrastructure" not in {each.name for each in tree.boards}
