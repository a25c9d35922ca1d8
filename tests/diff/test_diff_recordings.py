"""What is told of recorded series and groups of rules that differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rules_written import Data, alert, groups, manifest, record, rule_object, told

from obsgen.conventions import THRESHOLD_SERIES

RATE = record("ml:errors:rate5m", "sum by (job) (rate(errors_total[5m]))")


def of(folder: Path, old: list[Data], new: list[Data], **files: Any) -> list[str]:
    """What is told of two lists of rules in one object, with other files that stay the same."""
    same = {f"{name}.yaml": each for name, each in files.items()}
    return told(folder, {"rules.yaml": rule_object(*old), **same}, {"rules.yaml": rule_object(*new), **same})


def board(*expressions: str) -> Data:
    """A dashboard in a ConfigMap."""
    panels = ", ".join(
        f'{{"title": "Errors", "type": "stat", "targets": [{{"expr": "{each}"}}]}}' for each in expressions
    )
    return manifest("v1", "ConfigMap", "boards", data={"ml.json": f'{{"title": "ML", "panels": [{panels}]}}'})


def test_what_is_new_is_safe(tmp_path: Path) -> None:
    assert of(tmp_path, [], [RATE]) == ["+ ml:errors:rate5m: recorded now (safe)"]


def test_what_is_gone_names_who_still_asks_and_what_that_risks(tmp_path: Path) -> None:
    alone = of(tmp_path / "alone", [RATE], [])
    assert alone == ["- ml:errors:rate5m: no longer recorded (needs review)"]
    shown = of(tmp_path / "shown", [RATE], [], board=board("ml:errors:rate5m > 0"))
    assert shown == ['- ml:errors:rate5m: no longer recorded, still asked by panel "Errors" (loses data)']
    told_of = [alert("Failing", "ml:errors:rate5m > 1"), record("ml:errors:max", "max(ml:errors:rate5m)")]
    asked = of(tmp_path / "asked", [RATE, *told_of], told_of, board=board("ml:errors:rate5m"))
    who = 'alert Failing, panel "Errors" and 1 more'
    assert asked == [f"- ml:errors:rate5m: no longer recorded, still asked by {who} (may stop paging)"]


def test_one_of_several_that_record_a_series_may_go(tmp_path: Path) -> None:
    other = {**RATE, "expr": "sum by (job) (rate(failures_total[5m]))", "labels": {"kind": "other"}}
    rules = [other, alert("Failing", "ml:errors:rate5m > 1")]
    assert of(tmp_path, [RATE, *rules], rules) == ["- ml:errors:rate5m: no longer recorded (needs review)"]


def test_a_rename_says_who_asks_for_the_old_name(tmp_path: Path) -> None:
    new, failing = {**RATE, "record": "ml:errors:rate"}, alert("Failing", "ml:errors:rate5m > 1")
    moved = {**failing, "expr": "ml:errors:rate > 1"}
    assert of(tmp_path / "left", [RATE, failing], [new, failing]) == [
        "~ ml:errors:rate: recorded instead of ml:errors:rate5m, still asked by alert Failing (may stop paging)"
    ]
    assert of(tmp_path / "moved", [RATE, failing], [new, moved]) == [
        "~ Failing: asks ml:errors:rate instead of ml:errors:rate5m (needs review)",
        "~ ml:errors:rate: recorded instead of ml:errors:rate5m (needs review)",
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"expr": "sum by (job) (rate(errors_total[1h]))"}, "window 5m → 1h"),
        ({"expr": "sum by (job, pod) (rate(errors_total[5m]))"}, "also by pod"),
        ({"expr": "max(queue)"}, "another expression"),
        ({"labels": {"team": "ml"}}, "label team nothing → ml"),
    ],
)
def test_what_differs_is_told(change: Data, what: str, tmp_path: Path) -> None:
    assert of(tmp_path, [RATE], [{**RATE, **change}]) == [f"~ ml:errors:rate5m: {what} (needs review)"]


def test_layout_and_order_are_nothing(tmp_path: Path) -> None:
    spaced, other = {**RATE, "expr": "sum  by(job)(\n rate(errors_total[300s]))"}, record("b", "y")
    assert of(tmp_path, [RATE, other], [other, spaced]) == []


def limit(name: str, value: float) -> Data:
    return record(THRESHOLD_SERIES, f"vector({value})", labels={"alert": name})


def test_the_limits_that_boards_draw_follow_their_alerts(tmp_path: Path) -> None:
    old, new = ([alert("Slow", f"latency > {each}"), limit("Slow", each), limit("Full", 1)] for each in (8, 12))
    assert of(tmp_path / "follows", old, new) == ["▲ Slow: looser: 8 → 12 (needs review)"]
    assert of(tmp_path / "alone", old, [*old[:2], limit("Full", 2)]) == [
        "~ obsgen:alert_threshold: limit of Full on boards vector(1) → vector(2) (needs review)"
    ]
    assert of(tmp_path / "gone", old, old[2:]) == ["- Slow: no longer alerts (warning) (may stop paging)"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ({}, {"interval": "2m"}, "interval the default → 2m"),
        ({"interval": "2m"}, {"interval": "30s"}, "interval 2m → 30s"),
        ({}, {"limit": 5}, "limit the default → 5"),
        ({"labels": {"a": "b"}}, {"labels": {"a": "c"}}, "labels a=b → a=c"),
    ],
)
def test_what_a_group_says_of_all_its_rules_is_told_once(old: Data, new: Data, what: str, tmp_path: Path) -> None:
    rules = [RATE, alert("Failing", "ml:errors:rate5m > 1")]
    sides = ({"rules.yaml": rule_object(*rules, **each)} for each in (old, new))
    assert told(tmp_path, *sides) == [f"~ group ml: {what} (needs review)"]


def test_a_rule_that_moves_to_a_group_of_another_pace_is_told(tmp_path: Path) -> None:
    def spread(first: list[Data], second: list[Data]) -> Data:
        return {"groups": [*groups(*first)["groups"], {"name": "slow", "interval": "5m", "rules": second}]}

    other = record("b", "y")
    sides = ({"rules.yaml": each} for each in (spread([RATE, other], []), spread([other], [RATE])))
    assert told(tmp_path, *sides) == [
        "~ ml:errors:rate5m: worked out every 5m instead of the default: in group slow now (needs review)"
    ]
