"""Panels and alerts on recorded series are judged by the rules that record them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.knowledge.reading import UNKNOWN, Reading
from obsgen.repository import read_repository

FIRST = "histogram_quantile(0.9, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m])))"


def rules(*pairs: tuple[str, str], **labels: str) -> str:
    found = [{"record": name, "expr": text, **({"labels": labels} if labels else {})} for name, text in pairs]
    return json.dumps({"groups": [{"name": "recorded", "rules": found}]})


def alert(text: str, summary: str = "slow") -> str:
    one = {"alert": "Slow", "expr": text, "for": "5m", "annotations": {"summary": summary}}
    return json.dumps({"groups": [{"name": "alerts", "rules": [one | {"labels": {"severity": "warning"}}]}]})


def board(text: str, unit: str) -> str:
    panel = {"id": 1, "type": "stat", "title": "A", "gridPos": {"x": 0, "y": 0, "w": 9, "h": 8}}
    panel |= {"fieldConfig": {"defaults": {"unit": unit}}, "targets": [{"refId": "A", "expr": text}]}
    return json.dumps({"uid": "a", "title": "A", "schemaVersion": 41, "panels": [panel]})


def told(folder: Path, recorded: str, **files: str) -> set[str]:
    (folder / "recorded.yaml").write_text(recorded)
    for name, text in files.items():
        (folder / f"{name}.json").write_text(text)
    return {finding.id for finding in validate([folder], "off").findings}


def reading(folder: Path, recorded: str, name: str) -> Reading:
    (folder / "recorded.yaml").write_text(recorded)
    (folder / "asking.yaml").write_text(alert(f"{name} > 1"))
    found = [one for one in read_repository([folder]).meanings if one.expression.kind == "alert"]
    return next(one.of(node) for one in found for node in one.root.walk() if node.name == name)


@pytest.mark.parametrize(("unit", "fault"), [("ms", True), ("s", False)])
def test_a_panel_on_a_recorded_series_has_its_unit(tmp_path: Path, unit: str, fault: bool) -> None:
    found = told(tmp_path, rules(("model:ttft:p90", FIRST)), board=board("max(model:ttft:p90)", unit))
    assert ("unit/panel" in found) == fault


def test_an_alert_on_a_recorded_quantile_knows_the_buckets(tmp_path: Path) -> None:
    assert "histogram/threshold" in told(
        tmp_path, rules(("model:ttft:p90", FIRST)), alert=alert("model:ttft:p90 > 9999")
    )


def test_recorded_series_follow_from_recorded_series(tmp_path: Path) -> None:
    recorded = rules(("a:b", "rate(vllm:prompt_tokens_total[5m])"), ("a:c", "a:b * 2"), ("a:d", "max(a:c)"))
    plain = reading(tmp_path, rules(("a:d", "max(rate(vllm:prompt_tokens_total[5m]))")), "a:d")
    assert reading(tmp_path, recorded, "a:d").series == plain.series != ()


def test_what_is_recorded_in_a_circle_is_unknown(tmp_path: Path) -> None:
    recorded = rules(("a:b", "a:c"), ("a:c", "a:d"), ("a:d", "a:b"))
    assert reading(tmp_path, recorded, "a:b") == UNKNOWN
    assert reading(tmp_path, rules(("a:b", "max_over_time(a:b[5m])")), "a:b") == UNKNOWN


def test_what_is_recorded_in_two_ways_is_what_both_are(tmp_path: Path) -> None:
    waiting, running = "max(vllm:num_requests_waiting)", "max(vllm:num_requests_running)"
    assert reading(tmp_path, rules(("a:b", waiting), ("a:b", running)), "a:b").unit == "requests"
    assert reading(tmp_path, rules(("a:b", waiting), ("a:b", FIRST)), "a:b") == UNKNOWN


@pytest.mark.parametrize(
    ("asked", "labels", "fault"),
    [
        ("sum by (model_name) (a:b)", {}, False),
        ("sum by (pod) (a:b)", {}, True),
        ("sum by (team) (a:b)", {"team": "search"}, False),
        ("sum by (cluster) (a:b)", {}, False),
        ('a:b{pod="a"}', {}, True),
        ("a:b / on (pod) up", {}, True),
    ],
)
def test_labels_that_the_rule_drops_are_gone(tmp_path: Path, asked: str, labels: dict[str, str], fault: bool) -> None:
    recorded = rules(("a:b", "sum by (model_name) (vllm:num_requests_waiting)"), **labels)
    assert ("label/unknown" in told(tmp_path, recorded, alert=alert(f"{asked} > 1"))) == fault


def test_a_template_with_a_label_that_was_recorded_away_is_told(tmp_path: Path) -> None:
    recorded = rules(("a:b", "sum by (model_name) (vllm:num_requests_waiting)"))
    assert "label/unknown" in told(tmp_path, recorded, alert=alert("a:b > 1", "{{ $labels.pod }} waits"))
    assert "label/unknown" not in told(tmp_path, recorded, alert=alert("a:b > 1", "{{ $labels.model_name }} waits"))
