"""What is told of alerts that differ, wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rules_written import Data, alert, changes, groups, manifest, record, rule_object, told

LATENCY = 'latency{job="vllm"} > 8'
PLAIN = {**alert("Slow", LATENCY), "for": "2m"}


def of(folder: Path, old: list[Data], new: list[Data]) -> list[str]:
    """What is told of two lists of rules in one object."""
    return told(folder, {"rules.yaml": rule_object(*old)}, {"rules.yaml": rule_object(*new)})


def test_a_new_alert_may_page_if_it_is_critical(tmp_path: Path) -> None:
    new = [PLAIN, alert("Lost", "up == 0", "critical"), alert("Odd", "odd > 1")]
    assert of(tmp_path, [PLAIN], new) == [
        "+ Lost: new, critical (may page)",
        "+ Odd: new, warning (safe)",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("slow", "slow (chat)", []),
        ("slow (chat)", "slow", []),
        ("slow", "slow (other)", ["~ Slow: other texts (safe)"]),
        ("slow", "very slow (chat)", ["~ Slow: other texts (safe)"]),
    ],
)
def test_the_servers_name_behind_a_text_is_no_other_text(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    labels = {"severity": "warning", "service": "chat"}
    sides = ([{**PLAIN, "labels": labels, "annotations": {"summary": each}}] for each in (old, new))
    assert of(tmp_path, *sides) == expected


def test_an_alert_that_is_gone_may_stop_paging(tmp_path: Path) -> None:
    gone = alert("Lost", "up == 0", "critical")
    assert of(tmp_path, [PLAIN, gone], [PLAIN]) == ["- Lost: no longer alerts (critical) (may stop paging)"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"expr": 'latency{job="vllm"} > 12'}, "▲ Slow: looser: 8 → 12 (needs review)"),
        ({"expr": 'latency{job="vllm"} > 5'}, "▼ Slow: tighter: 8 → 5 (may page)"),
        ({"expr": 'latency{job="tgi"} > 8'}, '~ Slow: asks job="tgi" instead of job="vllm" (needs review)'),
        ({"expr": "latency > 8"}, '▼ Slow: wider: no longer only job="vllm" (may page)'),
        ({"expr": 'latency{job="vllm",a="b"} > 8'}, '▲ Slow: narrower: only a="b" (needs review)'),
        ({"expr": 'delay{job="vllm"} > 8'}, "~ Slow: asks delay instead of latency (needs review)"),
        ({"expr": "rate(delay[5m]) > 9"}, "~ Slow: another expression (needs review)"),
        ({"expr": f"{LATENCY} and on (job) asked > 2"}, "▲ Slow: only while asked > 2 (needs review)"),
        ({"expr": f"{LATENCY} unless quiet"}, "▲ Slow: silent while quiet (needs review)"),
        ({"expr": f"{LATENCY} or up == 0"}, "▼ Slow: also while up == 0 (may page)"),
        ({"for": "5m"}, "▲ Slow: later: for 2m → 5m (needs review)"),
        ({"for": "30s"}, "▼ Slow: sooner: for 2m → 30s (may page)"),
        ({"keep_firing_for": "5m"}, "~ Slow: keep_firing_for 0s → 5m (needs review)"),
        ({"labels": {"severity": "critical"}}, "~ Slow: severity warning → critical (may page)"),
        ({"labels": {"severity": "warning", "team": "ml"}}, "~ Slow: label team nothing → ml (needs review)"),
        ({"annotations": {"summary": "slow"}}, "~ Slow: other texts (safe)"),
        ({"annotations": {"runbook_url": "https://example.org"}}, "~ Slow: another runbook (safe)"),
        ({"keep": True}, "~ Slow: other keep (needs review)"),
    ],
)
def test_what_differs_alone_is_told_once(change: Data, line: str, tmp_path: Path) -> None:
    assert of(tmp_path, [PLAIN], [{**PLAIN, **change}]) == [line]


@pytest.mark.parametrize(
    "change",
    [
        {"expr": 'latency{\n  job = "vllm"\n}   >   8.0'},
        {"for": "120s"},
        {"expr": '(latency{job="vllm"}) > 8'},
    ],
)
def test_layout_and_other_spellings_are_nothing(change: Data, tmp_path: Path) -> None:
    assert of(tmp_path, [PLAIN], [{**PLAIN, **change}]) == []


def test_less_than_critical_may_stop_paging(tmp_path: Path) -> None:
    old, new = alert("Slow", LATENCY, "critical"), alert("Slow", LATENCY, "info")
    assert of(tmp_path, [old], [new]) == ["~ Slow: severity critical → info (may stop paging)"]


def test_a_condition_that_goes_may_page_or_stop_paging(tmp_path: Path) -> None:
    held, either = ({**PLAIN, "expr": f"{LATENCY} {more}"} for more in ("and on (job) asked > 2", "or up == 0"))
    assert of(tmp_path / "held", [held], [PLAIN]) == ["▼ Slow: no longer only while asked > 2 (may page)"]
    assert of(tmp_path / "either", [either], [PLAIN]) == ["▲ Slow: no longer also while up == 0 (may stop paging)"]


def test_a_rename_is_told_with_what_differs_besides(tmp_path: Path) -> None:
    new = {**alert("Slower", LATENCY, "critical"), "for": "5m"}
    assert of(tmp_path, [PLAIN], [new]) == [
        "~ Slower: renamed from Slow: silences, routes and links by the old name no longer match (needs review)",
        "~ Slower: severity warning → critical (may page)",
        "▲ Slower: later: for 2m → 5m (needs review)",
    ]


def test_a_rename_with_another_limit_is_no_new_alert(tmp_path: Path) -> None:
    new = {**PLAIN, "alert": "Slower", "expr": 'latency{job="vllm"} > 12'}
    assert [line[0] for line in of(tmp_path, [PLAIN], [new])] == ["~", "▲"]


def test_constants_are_never_taken_for_renamed(tmp_path: Path) -> None:
    old, new = alert("Heartbeat", "vector(1)"), alert("Watchdog", "vector(1)")
    assert [line[0] for line in of(tmp_path, [old], [new])] == ["+", "-"]


def test_alerts_of_one_name_are_told_apart_by_their_labels(tmp_path: Path) -> None:
    chat, code = (alert("Slow", LATENCY.replace("vllm", each), labels={"service": each}) for each in ("chat", "code"))
    new = [{**code, "expr": 'latency{job="code"} > 12'}, chat]
    assert of(tmp_path, [chat, code], new) == ["▲ Slow: looser: 8 → 12 (needs review)"]


def test_limits_that_move_together_are_one_change_and_single_ones_are_named(tmp_path: Path) -> None:
    old, one, both = (alert("Slow", f"first > {a} or second > {b}") for a, b in ((8, 3), (8, 4), (9, 4)))
    assert of(tmp_path / "one", [old], [one]) == ["▲ Slow: looser: 3 → 4 for second (needs review)"]
    assert of(tmp_path / "both", [old], [both]) == ["▲ Slow: looser: 8 → 9 and 3 → 4 (needs review)"]
    held = [alert("Slow", f"first > 8 and on () second > {each}") for each in (3, 4)]
    assert of(tmp_path / "held", held[:1], held[1:]) == ["▲ Slow: looser: 3 → 4 while second (needs review)"]


def test_each_limit_has_the_unit_of_its_side(tmp_path: Path) -> None:
    old, new = (alert("Hot", f"DCGM_FI_DEV_GPU_TEMP > {each}") for each in (80, 85))
    assert of(tmp_path, [old], [new]) == ["▲ Hot: looser: 80 °C → 85 °C (needs review)"]


def test_several_limits_have_a_unit_each(tmp_path: Path) -> None:
    old, new = (
        alert("Hot", f"DCGM_FI_DEV_GPU_TEMP > {heat} or DCGM_FI_DEV_POWER_USAGE > {power}")
        for heat, power in ((80, 300), (85, 350))
    )
    assert of(tmp_path, [old], [new]) == ["▲ Hot: looser: 80 °C → 85 °C and 300 W → 350 W (needs review)"]


def test_another_object_file_or_order_is_nothing(tmp_path: Path) -> None:
    other = alert("Lost", "up == 0")
    old = {"a.yaml": rule_object(PLAIN, other), "b.yaml": rule_object(record("x", "y"), name="more")}
    new = {"a.yaml": rule_object(other), "b.yaml": rule_object(record("x", "y"), PLAIN, name="more")}
    assert told(tmp_path, old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("max by (a) (x)", "max by (a, b) (x)", "also by b"),
        ("max by (a, b) (x)", "max by (b) (x)", "no longer by a"),
        ("max by (a, b) (x)", "max by (c, b) (x)", "by c instead of a"),
        ("max(x)", "max by (a) (x)", "by (a) instead of by nothing"),
        ("max by (a) (x)", "max without (a) (x)", "without (a) instead of by (a)"),
        ("x - on (a) y", "x - on (b) y", "on (b) instead of on (a)"),
    ],
)
def test_labels_that_an_alert_is_told_by(old: str, new: str, what: str, tmp_path: Path) -> None:
    sides = ([alert("Odd", f"{each} > 1")] for each in (old, new))
    assert of(tmp_path, *sides) == [f"~ Odd: {what} (needs review)"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("round(x, 5) > 1", "round(x, 6) > 1", "6 instead of 5"),
        ("1 - quantile(0.9, x) > 1", "1 - quantile(0.99, x) > 1", "quantile 0.9 → 0.99"),
        ("x > 5 and y == 1", "x > 5 and y == 2", "2 instead of 1 while y"),
        ("min(x) > 1", "max(x) > 1", "max instead of min"),
        ("x > bool 1", "x > 1", "> instead of > bool"),
        ("x offset 5m > 1", "x > 1", "window offset 5m → now"),
        ("x == bool 1", "x == bool 2", "limit 1 → 2"),
        ('sum(x{a="b"}) > 1', "sum(x) > 1", 'no longer only a="b"'),
        ('label_replace(x, "a", "b", "c", "d") > 1', 'label_replace(x, "a", "e", "c", "d") > 1', "'e' instead of 'b'"),
    ],
)
def test_what_nobody_knows_the_direction_of_needs_review(old: str, new: str, what: str, tmp_path: Path) -> None:
    sides = ([alert("Odd", each)] for each in (old, new))
    assert of(tmp_path, *sides) == [f"~ Odd: {what} (needs review)"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("up == 0", "up == 1", "~ Odd: fires on 1 instead of 0 (may stop paging)"),
        ("x != 3", "x != 4", "~ Odd: fires on all but 4 instead of all but 3 (may stop paging)"),
        ("x > 3", "x < 3", "~ Odd: turned round: fires on < instead of > (may stop paging)"),
        ("up == 0 or y > 3", "up == 1 or y > 3", "~ Odd: fires on 1 instead of 0 for up (may stop paging)"),
    ],
)
def test_another_value_to_fire_on_may_stop_paging(old: str, new: str, what: str, tmp_path: Path) -> None:
    assert of(tmp_path, *([alert("Odd", each)] for each in (old, new))) == [what]


def test_a_quantile_makes_an_alert_looser_or_tighter(tmp_path: Path) -> None:
    high, low = ([alert("Slow", f"histogram_quantile({each}, sum by (le) (x)) > 10")] for each in (0.95, 0.5))
    assert of(tmp_path / "low", high, low) == ["▲ Slow: looser: quantile 0.95 → 0.5 (needs review)"]
    assert of(tmp_path / "high", low, high) == ["▼ Slow: tighter: quantile 0.5 → 0.95 (may page)"]


def test_details_have_both_expressions_and_the_series(tmp_path: Path) -> None:
    new = {**PLAIN, "expr": "rate(delay[5m]) > 9"}
    [found] = changes(tmp_path, {"r.yaml": rule_object(PLAIN)}, {"r.yaml": rule_object(new)})
    assert found.details == ("asks delay", "no longer asks latency", f"- {LATENCY}", "+ rate(delay[5m]) > 9")
    assert found.old is not None
    assert found.new is not None
    assert (found.old.file, found.new.file) == ("r.yaml", "r.yaml")


def _config_map(*rules: Data) -> Data:
    return manifest("v1", "ConfigMap", "rules", data={"ml.yaml": f"groups: {json.dumps(groups(*rules)['groups'])}"})


def _openshift(*rules: Data) -> Data:
    return manifest("monitoring.openshift.io/v1", "AlertingRule", "rules", spec=groups(*rules))


@pytest.mark.parametrize("form", [groups, _config_map, _openshift, rule_object])
def test_alerts_are_compared_wherever_they_stand(form: Callable[..., Any], tmp_path: Path) -> None:
    new = {**PLAIN, "expr": 'latency{job="vllm"} > 12'}
    assert told(tmp_path, {"ml.yaml": form(PLAIN)}, {"ml.yaml": form(new)}) == ["▲ Slow: looser: 8 → 12 (needs review)"]


def test_rules_for_loki_are_compared_as_log_queries(tmp_path: Path) -> None:
    def loki(limit: str) -> Data:
        rule = alert("Errors", f'sum by (pod, app) (rate({{app="a"}} |= "error" [5m])) > {limit}')
        return manifest("loki.grafana.com/v1", "AlertingRule", "logs", spec=groups(rule))

    assert told(tmp_path, {"l.yaml": loki("1")}, {"l.yaml": loki("2.0")}) == ["▲ Errors: looser: 1 → 2 (needs review)"]
    assert told(tmp_path / "same", {"l.yaml": loki("1")}, {"l.yaml": loki("  1")}) == []


def test_an_environment_alone_is_told_as_such(tmp_path: Path) -> None:
    files = {f"{name}/rules.yaml": rule_object(PLAIN) for name in ("dev", "prod")}
    found = changes(tmp_path, files, {**files, "dev/rules.yaml": rule_object(alert("Other", "other > 1"))})
    assert {each.subject for each in found} == {"Slow", "Other"}


def test_an_expression_that_cannot_be_read_is_compared_by_its_text(tmp_path: Path) -> None:
    broken, same, other = (alert("Odd", each) for each in ("sum((x", "sum(  (x", "sum((y"))
    assert of(tmp_path / "same", [broken], [{**same, "expr": "sum((x"}]) == []
    found = told(tmp_path, {"r.yaml": rule_object(broken)}, {"r.yaml": rule_object(other)})
    assert found == ["~ Odd: another expression (needs review)"]
