"""Configurations that Alertmanager refuses since something in them is called otherwise, or is there twice."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rules_written import Data, alert, manifest, rule_object, told

RULES = rule_object(alert("Lost", "up == 0", "critical"), alert("Slow", "latency > 8"))
CONFIG: Data = {
    "route": {
        "receiver": "chat",
        "routes": [{"receiver": "pager", "matchers": ['severity="critical"'], "mute_time_intervals": ["nights"]}],
    },
    "receivers": [
        {"name": "chat", "slack_configs": [{"channel": "#ml"}]},
        {"name": "pager", "pagerduty_configs": [{"routing_key_file": "/key"}]},
    ],
    "time_intervals": [{"name": "nights", "time_intervals": [{"weekdays": ["sunday"]}]}],
}
FILE = "alertmanager.yml"
REFUSES = "Alertmanager refuses this configuration"


def of(folder: Path, new: Data, old: Data = CONFIG) -> list[str]:
    """What is told of two configurations in files of their own, with rules that stay the same."""
    return told(folder, {"rules.yaml": RULES, FILE: old}, {"rules.yaml": RULES, FILE: new})


def changed(*route: str | int, to: Any) -> Data:
    """The configuration with another value at a place; an index one behind the last adds it."""
    found: Any = deepcopy(CONFIG)
    here = found
    for step in route[:-1]:
        here = here[step]
    if isinstance(here, list) and route[-1] == len(here):
        here.append(to)
    else:
        here[route[-1]] = to
    return dict(found)


def test_a_receiver_that_is_renamed_while_a_route_keeps_its_name_is_not_safe(tmp_path: Path) -> None:
    assert of(tmp_path, changed("receivers", 1, "name", to="oncall")) == [
        f"~ {FILE}: {REFUSES}: a route names receiver 'pager', which is called oncall now (may stop paging)"
    ]


def test_a_receiver_that_is_gone_while_a_route_names_it(tmp_path: Path) -> None:
    assert of(tmp_path, changed("receivers", to=CONFIG["receivers"][:1])) == [
        f"~ {FILE}: {REFUSES}: a route names receiver 'pager', which is gone (may stop paging)"
    ]


def test_a_route_to_a_receiver_that_never_was(tmp_path: Path) -> None:
    found = of(tmp_path, changed("route", "receiver", to="chta"))
    assert f"~ {FILE}: {REFUSES}: a route names receiver 'chta', which is not there (may stop paging)" in found
    assert not any("none of the alerts" in each for each in found)


def test_a_time_interval_that_is_renamed_while_a_route_keeps_its_name(tmp_path: Path) -> None:
    assert of(tmp_path, changed("time_intervals", 0, "name", to="sundays")) == [
        f"~ {FILE}: {REFUSES}: a route names time interval 'nights', which is called sundays now (may stop paging)"
    ]


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (changed("receivers", 2, to={"name": "chat"}), "receiver 'chat' is there twice"),
        (changed("route", "rotues", to=[]), "unknown key 'rotues'"),
    ],
)
def test_other_reasons(new: Data, why: str, tmp_path: Path) -> None:
    assert f"~ {FILE}: {REFUSES}: {why} (may stop paging)" in of(tmp_path, new)


def test_a_receiver_that_takes_the_name_of_another_one(tmp_path: Path) -> None:
    why = "receiver 'chat' is there twice; a route names receiver 'pager', which is called chat now"
    assert of(tmp_path, changed("receivers", 1, "name", to="chat")) == [f"~ {FILE}: {REFUSES}: {why} (may stop paging)"]


def test_of_many_reasons_the_others_are_counted(tmp_path: Path) -> None:
    new = {**CONFIG, "receivers": [], "time_intervals": []}
    why = "a route names receiver 'chat', which is gone"
    assert of(tmp_path, new) == [f"~ {FILE}: {REFUSES}: {why}, and for 2 more reasons (may stop paging)"]


def test_what_was_refused_before_is_not_told_again(tmp_path: Path) -> None:
    old = changed("receivers", 1, "name", to="oncall")
    new = {**old, "route": {**old["route"], "group_wait": "1m"}}
    assert not any("refuses" in each for each in of(tmp_path, new, old))


def test_who_renames_it_everywhere_is_safe(tmp_path: Path) -> None:
    new = changed("receivers", 1, "name", to="oncall")
    new["route"]["routes"][0]["receiver"] = "oncall"
    assert of(tmp_path, new) == ["~ oncall: receiver renamed from pager (safe)"]


def test_a_configuration_that_is_new_never_told_anybody(tmp_path: Path) -> None:
    new = changed("receivers", 1, "name", to="oncall")
    found = told(tmp_path, {"rules.yaml": RULES}, {"rules.yaml": RULES, FILE: new})
    assert f"~ {FILE}: {REFUSES}: a route names receiver 'pager', which is not there (needs review)" in found


def test_an_object_of_the_operator_is_left_out(tmp_path: Path) -> None:
    spec = {"route": {"receiver": "ml"}, "receivers": [{"name": "ml", "slackConfigs": [{"channel": "#ml"}]}]}
    old, new = (
        {"a.yaml": manifest("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", "ml", spec={**spec, **more})}
        for more in ({}, {"route": {"receiver": "lm"}})
    )
    what = "the operator leaves it out: a route names receiver 'lm', which is not there"
    assert f"~ AlertmanagerConfig ml/ml: {what} (may stop paging)" in told(tmp_path, old, new)


def test_a_chart_brings_a_receiver_of_its_own(tmp_path: Path) -> None:
    """Values that give another outermost receiver use the chart's receivers and its route."""
    old, new = (
        {
            "values.yaml": {
                "prometheus": {"prometheusSpec": {}},
                "alertmanager": {"config": {"route": {"receiver": "null", "group_wait": wait}}},
            }
        }
        for wait in ("10s", "30s")
    )
    found = told(tmp_path / "same", old, new)
    assert not any("refuses" in each for each in found)
    new["values.yaml"]["alertmanager"]["config"]["receivers"] = CONFIG["receivers"]
    found = told(tmp_path / "lost", old, new)
    assert any(f"{REFUSES}: " in each and "'null'" in each for each in found)
