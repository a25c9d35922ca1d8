"""The rules and monitors of profiles/vllm-triton.yaml against what was written by hand: tests/golden/vllm-triton/."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from obsgen import pipeline
from obsgen.promql.parse import parse
from obsgen.source import load_file

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "vllm-triton"


def golden(name: str) -> Any:
    return load_file(GOLDEN / name)[0].value


@cache
def rendered(kind: str) -> dict[str, Any]:
    """The base's objects of a kind, by name."""
    tree = pipeline.render(pipeline.load(ROOT / "profiles" / "vllm-triton.yaml"))
    objects = (each.object for each in tree.base.objects)
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


EXPECTED = [
    (group["name"], group["interval"], rule) for group in golden("rules.yaml")["groups"] for rule in group["rules"]
]


@pytest.mark.parametrize(("group", "interval", "rule"), EXPECTED, ids=[rule["alert"] for _, _, rule in EXPECTED])
def test_the_alert_is_the_one_written_by_hand(group: str, interval: str, rule: dict[str, Any]) -> None:
    spec = rendered("PrometheusRule")["ml-production-alerts"]["spec"]
    found = next(each for each in spec["groups"] if each["name"] == group)
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
    assert rendered("ServiceMonitor")[name] == golden(f"servicemonitor-{name}.yaml")
