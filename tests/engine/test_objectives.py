"""Objectives: what is recorded, and when the alerts on burning budget fire, judged by the real Prometheus engine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from engine_support import HEAD, MADE_UP, finding, marked, rules, tree

from obsgen import tools
from obsgen.components.objectives import Events, Objective
from obsgen.findings import InputError
from obsgen.render.rules.objective_rules import burn_alerts
from obsgen.render.rules.objectives import BAD, ERRORS, PAGES, TICKETS, TOTAL, WINDOWS, factor

OWN = '{job="chat",namespace="ml",model_name="m"'


def profile(objectives: str, more: str = "") -> str:
    server = "name: chat, type: alpha, namespace: ml, selector: {app: chat}, port: http"
    return f"{HEAD}modelServers:\n  - {{{server}, objectives: {{{objectives}}}{more}}}\n"


def recorded(objectives: str, name: str, more: str = "") -> list[Mapping[str, Any]]:
    return [each for each in rules(tree(profile(objectives, more)).base) if each.get("record") == name]


def fired(promtool: tools.Tool, folder: Path, objectives: str, series: Mapping[str, str], at: str) -> list[str]:
    """The severities at which somebody is told at a time, by the real engine; everything comes every 2 minutes."""
    groups = {"groups": [{"name": "g", "interval": "2m", "rules": list(rules(tree(profile(objectives)).base))}]}
    (folder / "rules.yaml").write_text(json.dumps(groups))
    found = []
    for severity in ("critical", "warning"):
        expected = {"labels": "{}", "value": 1}
        query = f'count(ALERTS{{alertname=~".*BudgetBurning",alertstate="firing",severity="{severity}"}})'
        test = {
            "interval": "2m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [{"expr": query, "eval_time": at, "exp_samples": [expected]}],
        }
        content = {"rule_files": ["rules.yaml"], "evaluation_interval": "2m", "tests": [test]}
        (folder / "test.yaml").write_text(json.dumps(content))
        done = tools.run(promtool, ["test", "rules", "test.yaml"], cwd=folder)
        assert done.returncode == 0 or "got: nil" in done.stdout + done.stderr, done.stdout + done.stderr
        found += [severity] * (done.returncode == 0)
    return found


def errors(percent: float) -> dict[str, str]:
    """Five hours of requests, of which a share fails."""
    bad = round(percent * 20)
    return {
        f'alpha_requests_total{OWN},code="200"}}': f"0+{2000 - bad}x150",
        f'alpha_requests_total{OWN},code="500"}}': f"0+{bad}x150",
    }


@pytest.mark.parametrize(
    ("percent", "severities"),
    [(0.05, []), (0.25, ["warning"]), (0.5, ["warning"]), (0.7, ["critical", "warning"]), (2, ["critical", "warning"])],
)
def test_how_fast_the_budget_burns_decides_who_is_told(
    percent: float, severities: list[str], real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    """A budget of 0.1 %: above once a month's pace it is for the week, from six times on somebody is called."""
    assert fired(real_tool("promtool"), tmp_path, "healthy: {}", errors(percent), "5h") == severities


def test_a_short_outage_ends_with_its_cause(real_tool: Callable[[str], tools.Tool], tmp_path: Path) -> None:
    """Ten minutes of failures burn for hours in the long windows; the short ones end the call within the next hour."""
    series = {
        f'alpha_requests_total{OWN},code="200"}}': "0+2000x150 300000+1000x5 305000+2000x100",
        f'alpha_requests_total{OWN},code="500"}}': "0+0x150 0+1000x5 5000+0x100",
    }
    promtool = real_tool("promtool")
    assert fired(promtool, tmp_path, "healthy: {}", series, "312m") == ["critical"]
    assert fired(promtool, tmp_path, "healthy: {}", series, "350m") == ["warning"]


@pytest.mark.parametrize(("waiting", "severities"), [(9, ["critical", "warning"]), (5, [])])
def test_a_budget_of_minutes(
    waiting: int, severities: list[str], real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    series = {f"alpha_waiting{OWN}}}": f"{waiting}x100"}
    assert fired(real_tool("promtool"), tmp_path, "short_queue: {}", series, "2h") == severities


def test_a_limit_between_two_buckets_counts_in_proportion(
    real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    """4 s lie a third of the way from the bucket of 1 s to that of 10 s: of 30 requests between them 10 are good."""
    buckets = {"0.1": 0, "1": 60, "10": 90, "100": 100, "+Inf": 100}
    series = {f'alpha_request_seconds_bucket{OWN},le="{le}"}}': f"0+{n}x30" for le, n in buckets.items()}
    series[f"alpha_request_seconds_count{OWN}}}"] = "0+100x30"
    (tmp_path / "rules.yaml").write_text(
        json.dumps({"groups": [{"name": "g", "rules": list(rules(tree(profile("fast: {}")).base))}]})
    )
    labels = '{namespace="ml",model_name="m",objective="fast",service="chat",stack="demo"}'
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": f"round({BAD} * 60, 0.001)", "eval_time": "20m", "exp_samples": [{"labels": labels, "value": 30}]},
            {"expr": f"{TOTAL} * 60", "eval_time": "20m", "exp_samples": [{"labels": labels, "value": 100}]},
        ],
    }
    (tmp_path / "test.yaml").write_text(
        json.dumps({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]})
    )
    done = tools.run(real_tool("promtool"), ["test", "rules", "test.yaml"], cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_limit_on_an_edge_needs_one_bucket_however_it_is_written() -> None:
    (bad,) = recorded("fast: {}", BAD, ", thresholds: {fastTarget: 10s}")
    assert r'le=~"10(\\.0)?"' in bad["expr"]
    assert bad["expr"].count("_bucket") == 1


def test_the_window_is_a_label_and_the_period_is_one_of_them() -> None:
    windows = [each["labels"]["window"] for each in recorded("fast: {window: 14d}", ERRORS)]
    assert windows == [*WINDOWS, "14d"]


@pytest.mark.parametrize(
    ("long", "period", "expected"),
    [("1h", "30d", 14.4), ("6h", "30d", 6), ("1d", "30d", 3), ("3d", "30d", 1), ("1h", "7d", 3.36)],
)
def test_factors_are_shares_of_the_budget(long: str, period: str, expected: float) -> None:
    (pair,) = (each for each in (*PAGES, *TICKETS) if each.long == long)
    assert factor(pair, period) == pytest.approx(expected)


def test_an_objective_that_nobody_wants_records_nothing() -> None:
    assert recorded("", BAD) == []


@pytest.mark.parametrize(
    ("objectives", "message", "hint"),
    [
        ("^helthy: {}", "alpha has no objective 'helthy'", "did you mean 'healthy'"),
        ("healthy: {target: ^100%}", "a target of 100% is no objective", "99.9%"),
        ("healthy: {window: ^30}", "'30' is not a duration", "write 30"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(objectives: str, message: str, hint: str) -> None:
    text, line, column = marked(profile(objectives))
    told = finding(text)
    assert (told.place.line, told.place.column) == (line, column)
    assert message in told.message
    assert hint in told.hint


def test_a_limit_beyond_the_buckets_is_refused() -> None:
    text, line, column = marked(profile("fast: {}", ", thresholds: {fastTarget: ^200s}"))
    told = finding(text)
    assert (told.id, told.place.line, told.place.column) == ("signal/bucket", line, column)


def test_an_objective_that_cannot_be_had_is_told_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose signal the version that runs does not expose: no mistake, it will come with the next."""
    folder = MADE_UP.get("alpha")
    later = folder.objectives["healthy"].model_copy(update={"when": "exposes('something_new')"})
    monkeypatch.setitem(folder.objectives, "healthy", later)
    rendered = tree(profile("healthy: {}, fast: {}"))
    told = [each for each in rendered.base.stack.assumptions if "objective" in each]
    assert told == ["objective healthy of chat is left out: it needs exposes('something_new') (objectives.healthy)"]
    assert {each["labels"]["objective"] for each in rules(rendered.base) if each.get("record") == BAD} == {"fast"}


@pytest.mark.parametrize(
    "events", [{}, {"signal": "a"}, {"bad": "a"}, {"signal": "a", "within": "1s", "bad": "b"}, {"within": "1s"}]
)
def test_events_have_one_form(events: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="good within a limit, or counted as bad"):
        Events.model_validate(events)


def test_an_objective_is_about_events_or_minutes() -> None:
    head = {"title": "t", "description": "d", "alert": "SomeAlert", "group": "g"}
    with pytest.raises(ValueError, match="about events or about minutes"):
        Objective.model_validate(head)


def test_a_runbook_and_the_table_speak_of_both_severities() -> None:
    files = tree(profile("healthy: {}")).files
    runbook = files["runbooks/AlphaErrorBudgetBurning.md"].decode()
    assert "| critical |" in runbook
    assert "| warning |" in runbook


def test_a_threshold_without_unit_is_refused_at_the_profile() -> None:
    with pytest.raises(InputError, match="fastTarget"):
        tree(profile("fast: {}", ", thresholds: {fastTarget: 90%}"))


def test_what_looks_back_for_a_day_is_evaluated_less_often() -> None:
    groups = {
        group["name"]: group
        for each in tree(profile("fast: {}")).environments["prod"].objects
        if each.object["kind"] == "PrometheusRule"
        for group in each.object["spec"]["groups"]
    }
    assert any(name.endswith("-seldom") for name in groups)
    for name, group in groups.items():
        far = [rule for rule in group["rules"] if re.search(r"\[\d+d", rule["expr"])]
        assert far == (group["rules"] if name.endswith("-seldom") else [])
        assert group["interval"] == ("2m" if far else "30s")


def test_how_long_the_budget_lasts_is_true_of_every_pair_of_windows() -> None:
    """The alert fires at the slower pair's pace as well."""
    said = {alert.severity: alert.description for alert in burn_alerts(tree(profile("fast: {}")).base.stack)}
    assert "is used up in 5 days or sooner" in said["critical"]
    assert "is used up in 30 days or sooner" in said["warning"]
