"""Row K8: a scrape that fails is told, and so is a target that is gone; a model scaled to zero is neither."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from promtool_rows import Played
from row_support import shipped
from tree_rows import Written

from obsgen import tools

POD = 'namespace="vllm",pod="m-predictor-0"'
READY = f'kube_pod_status_ready{{condition="true",{POD},uid="u"}}'
WANTED = f'kube_pod_status_phase{{phase="Running",{POD},uid="u"}}'
UP = f'up{{job="predictors",instance="10.0.0.1:8080",{POD}}}'
SOURCE = 'up{job="openai-usage",namespace="monitoring",instance="10.0.0.2:9185",pod="openai-usage-0"}'


@pytest.fixture
def play(real_tool: Callable[[str], tools.Tool], tmp_path: Path) -> Callable[[dict[str, str]], Played]:
    return lambda series: Played(shipped("openshift-kserve"), series, real_tool("promtool"), tmp_path, "30s")


@pytest.mark.tools
@pytest.mark.parametrize(
    ("series", "told"),
    [
        ({READY: "1x60", UP: "1x60"}, False),
        ({READY: "1x60", UP: "0x60"}, True),
        ({READY: "1x60"}, True),  # its target is gone
        ({UP: "0x60"}, True),  # nobody knows which pods are ready
        ({READY: "0x60"}, False),  # it loads
        ({}, False),  # scaled to zero
    ],
    ids=["healthy", "fails", "gone", "unknown", "loads", "zero"],
)
def test_predictors(series: dict[str, str], told: bool, play: Callable[[dict[str, str]], Played]) -> None:
    assert play(series).fires("PredictorScrapeDown", "10m", 'pod="m-predictor-0"') is told


@pytest.mark.tools
@pytest.mark.parametrize(
    ("series", "told"),
    [
        ({READY: "1x60", UP: "0x60"}, False),  # users are served
        ({READY: "1x60"}, False),
        ({READY: "0x60", WANTED: "1x60", UP: "0x60"}, True),
        ({UP: "0x60"}, True),  # nobody knows which pods are ready
        ({}, True),  # raw Deployments are not scaled to zero
    ],
    ids=["ready", "without a target", "not ready", "unknown", "gone"],
)
def test_nobody_is_served(series: dict[str, str], told: bool, play: Callable[[dict[str, str]], Played]) -> None:
    assert play(series).fires("PredictorsDown", "20m", 'severity="critical"') is told


def test_predictors_that_may_be_scaled_to_zero_are_not_missed(tmp_path: Path) -> None:
    change = ("requestMetrics: runtime}", "requestMetrics: runtime, scaleToZero: true}")
    for changes, missed in (((), True), ((change,), False)):
        folder = tmp_path / str(missed)
        folder.mkdir()
        _, _, rule = Written("openshift-kserve", folder, *changes).rule("PredictorsDown")
        assert ("absent(" in rule["expr"]) is missed


@pytest.mark.tools
@pytest.mark.parametrize(
    ("series", "told"),
    [({SOURCE: "1x60"}, False), ({SOURCE: "0x60"}, True), ({}, True)],
    ids=["healthy", "fails", "gone"],
)
def test_robotheus(series: dict[str, str], told: bool, play: Callable[[dict[str, str]], Played]) -> None:
    assert play(series).fires("RobotheusScrapeDown", "15m", 'service="openai-usage"') is told


@pytest.mark.parametrize(("alert", "waited"), [("PredictorScrapeDown", "5m"), ("RobotheusScrapeDown", "10m")])
def test_one_missed_scrape_wakes_nobody(alert: str, waited: str, kserve: Written) -> None:
    _, _, rule = kserve.rule(alert)
    assert (rule["for"], rule["labels"]["severity"]) == (waited, "warning")
