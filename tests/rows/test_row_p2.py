"""Rows P2, P3 and P10: servers that measure themselves; what is kept at the scrape is what is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from promtool_rows import Played
from row_support import board, made, shipped, titles

from obsgen import tools

PROFILE = "inference-platform"
PROMETHEUS = "prometheus"


def asked(server: str) -> set[str]:
    """The series that alerts, recordings and panels ask of a server's job."""
    rendered = shipped(PROFILE).environments["prod"]
    texts = [each.expr for each in (*rendered.alerts, *rendered.recordings)]
    panels = [inner for each in board(server, PROFILE)["panels"] for inner in (each, *each.get("panels", ()))]
    texts += [target["expr"] for each in panels for target in each.get("targets", ())]
    own = [text for text in texts if f'job="{server}"' in text or "$server" in text]
    return {name for text in own for name in re.findall(r"\b((?:inference|ollama|cache|model|gpu)_\w+)(?=\{)", text)}


def test_both_pages_of_the_server_are_scraped_at_their_pace() -> None:
    endpoints = made("ServiceMonitor", "model-server", PROFILE)["spec"]["endpoints"]
    told = [(each["port"], each["path"], each["interval"]) for each in endpoints]
    assert told == [("metrics", "/metrics", "15s"), ("metrics", "/metrics/detailed", "30s")]


def test_pages_of_one_server_do_not_collide() -> None:
    """`up` and whatever else the scrape adds would be the same series, written twice with different values."""
    endpoints = made("ServiceMonitor", "model-server", PROFILE)["spec"]["endpoints"]
    marked = [each for page in endpoints for each in page["relabelings"] if each["targetLabel"] == "metrics_path"]
    assert [each["sourceLabels"] for each in marked] == [["__metrics_path__"]] * 2
    (alone,) = made("ServiceMonitor", "ollama-fleet", PROFILE)["spec"]["endpoints"]
    assert "metrics_path" not in str(alone["relabelings"])


@pytest.mark.tools
@pytest.mark.parametrize(("detailed", "told"), [("1x40", False), ("0x40", True)])
def test_a_page_that_fails_beside_one_that_answers_is_told(
    detailed: str, told: bool, real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    up = 'up{job="model-server",namespace="models",pod="m-0",metrics_path="/metrics%s"}'
    played = Played(
        shipped(PROFILE), {up % "": "1x40", up % "/detailed": detailed}, real_tool("promtool"), tmp_path, "30s"
    )
    assert played.fires("ApplicationDown", "10m", 'metrics_path="/metrics/detailed"') is told


def test_the_list_to_keep_drops_nothing_that_an_alert_stands_on() -> None:
    (first, second) = made("ServiceMonitor", "model-server", PROFILE)["spec"]["endpoints"]
    (kept,) = first["metricRelabelings"]
    assert second["metricRelabelings"] == [kept]
    names = asked("model-server")
    assert {"inference_errors_total", "inference_requests_total"} <= names
    assert [name for name in sorted(names) if not re.fullmatch(kept["regex"], name)] == []


@pytest.mark.parametrize("name", ["model-server", "ollama-fleet"])
def test_prometheus_selects_the_monitor(name: str) -> None:
    """The original's second monitor lacked the label that its Prometheus selects."""
    wanted = made("Prometheus", PROMETHEUS, PROFILE)["spec"]["serviceMonitorSelector"]["matchLabels"]
    assert wanted == {"team": "openhands"}
    assert wanted.items() <= made("ServiceMonitor", name, PROFILE)["metadata"]["labels"].items()


def test_prometheus_loads_the_rules() -> None:
    """The original had no selector of rules: none of its alerts was ever loaded."""
    wanted = made("Prometheus", PROMETHEUS, PROFILE)["spec"]["ruleSelector"]["matchLabels"]
    assert wanted.items() <= made("PrometheusRule", "model-server", PROFILE)["metadata"]["labels"].items()


def test_the_fleets_own_metrics_are_alerted_on_and_drawn() -> None:
    assert "ollama_queue_size" in asked("ollama-fleet")
    assert "ollama_model_load_seconds" in titles("ollama-fleet", PROFILE)


def test_what_no_alert_knows_has_a_panel() -> None:
    assert "Failures" in titles("model-server", PROFILE)
    assert "Cache" in titles("model-server", PROFILE)
