"""Rules, monitors and boards of profiles/vllm-triton.yaml against those written by hand: tests/golden/vllm-triton/."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from obsgen import pipeline
from obsgen.pipeline import StackTree
from obsgen.promql.grafana import parse_templated
from obsgen.promql.parse import parse
from obsgen.source import load_file

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "vllm-triton"


def golden(name: str) -> Any:
    return load_file(GOLDEN / name)[0].value


@cache
def tree() -> StackTree:
    return pipeline.render(pipeline.load(ROOT / "profiles" / "vllm-triton.yaml"))


def rendered(kind: str, name: str) -> Any:
    """An object of the base."""
    return next(
        e.object for e in tree().base.objects if (e.object["kind"], e.object["metadata"]["name"]) == (kind, name)
    )


ALERTS = [
    (group["name"], group["interval"], rule) for group in golden("rules.yaml")["groups"] for rule in group["rules"]
]
PANELS = [
    (board, row, title, series)
    for board, rows in golden("boards.yaml").items()
    for row, panels in rows.items()
    for title, series in panels.items()
]


@pytest.mark.parametrize(("group", "interval", "rule"), ALERTS, ids=[rule["alert"] for _, _, rule in ALERTS])
def test_the_alert_is_the_one_written_by_hand(group: str, interval: str, rule: dict[str, Any]) -> None:
    groups = rendered("PrometheusRule", "ml-production-alerts")["spec"]["groups"]
    found = next(each for each in groups if each["name"] == group)
    (alert,) = (each for each in found["rules"] if each.get("alert") == rule["alert"])
    assert found["interval"] == interval
    assert canonical(alert["expr"]) == canonical(rule["expr"])
    assert {**alert, "expr": ""} == {**rule, "expr": ""}


def canonical(expr: str) -> str:
    """An expression without its layout."""
    parse(expr)
    return "".join(expr.split())


@pytest.mark.parametrize("name", ["vllm", "triton"])
def test_the_monitor_is_the_one_written_by_hand(name: str) -> None:
    assert rendered("ServiceMonitor", name) == golden(f"servicemonitor-{name}.yaml")


@pytest.mark.parametrize(("board", "row", "title", "series"), PANELS, ids=[f"{b}: {r}: {t}" for b, r, t, _ in PANELS])
def test_the_board_has_the_panel_and_it_asks_for_the_series(
    board: str, row: str, title: str, series: list[str]
) -> None:
    (panel,) = (panel for above, panel in panels(board) if (above, panel["title"]) == (row, title))
    queries = [parse_templated(target["expr"]) for target in panel["targets"]]
    assert {node.name for query in queries for node in query.selectors()} == set(series)


def panels(board: str) -> Iterator[tuple[str, Any]]:
    """The panels of a board, each with its row."""
    row = ""
    for panel in next(each for each in tree().boards if each.name == board).json["panels"]:
        row = panel["title"] if panel["type"] == "row" else row
        yield row, panel


def test_percentiles_of_latency_have_the_colours_of_a_traffic_light() -> None:
    (panel,) = (panel for _, panel in panels("vllm") if panel["title"] == "End-to-end latency")
    legends = {target["refId"]: target["legendFormat"] for target in panel["targets"]}
    colours = {
        legends[override["matcher"]["options"]]: setting["value"]["fixedColor"]
        for override in panel["fieldConfig"]["overrides"]
        for setting in override["properties"]
        if setting["id"] == "color"
    }
    assert {name: colours[name] for name in ("p50", "p95", "p99")} == {"p50": "green", "p95": "orange", "p99": "red"}
