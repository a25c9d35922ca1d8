"""Time intervals of Alertmanager's routes, as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.trace import trace

RULES = """\
groups:
  - name: shop
    rules:
      - alert: ShopDown
        expr: absent(up{job="shop"} == 1)
        for: 5m
        labels: {severity: critical}
        annotations: {summary: nothing answers}
"""
ROUTES = """\
route:
  receiver: chat
  routes:
    - matchers: ['severity="critical"']
      receiver: pager
      ROUTE
time_intervals: [{name: some, time_intervals: [SPANS]}]
receivers:
  - {name: chat, webhook_configs: [{url: "https://alerts.example.org/chat"}]}
  - {name: pager, webhook_configs: [{url: "https://alerts.example.org/pager"}]}
  - {name: "null"}
"""
MUTE, ONLY = "mute_time_intervals: [some]", "active_time_intervals: [some]"


def told(folder: Path, route: str, spans: str = "") -> list[str]:
    """The findings about a route and the spans of its interval."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "alertmanager.yaml").write_text(ROUTES.replace("ROUTE", route).replace("SPANS", spans), encoding="utf-8")
    return [f"{each.severity.name.lower()}[{each.id}]" for each in validate([folder], "off").findings]


@pytest.mark.parametrize(
    "spans",
    [
        "{}",
        '{times: [{start_time: "00:00", end_time: "24:00"}]}',
        '{weekdays: ["sunday:saturday"]}',
        "{weekdays: [Monday, Tuesday]}, {weekdays: ['wednesday:saturday', SUNDAY]}",
        "{months: ['1:march', 'april:12']}",
        "{days_of_month: ['1:-1']}",
        "{location: Europe/Berlin}",
    ],
)
def test_what_covers_all_time_mutes_always(spans: str, tmp_path: Path) -> None:
    assert told(tmp_path, MUTE, spans) == ["error[route/muted]"]
    assert told(tmp_path, ONLY, spans) == []


@pytest.mark.parametrize(
    "spans",
    [
        '{times: [{start_time: "00:00", end_time: "23:59"}]}',
        '{times: [{start_time: "00:00", end_time: "24:01"}]}',  # Alertmanager refuses these
        '{times: [{start_time: "12:00", end_time: "12:00"}]}',
        "{weekdays: ['monday:sunday']}",
        "{weekdays: [moonday]}",
        "{months: ['january:smarch']}",
        "{days_of_month: ['0:31']}",
        "{days_of_month: ['1:32']}",
        "{days_of_month: ['1:31', '-5:3']}",
        "{days_of_month: ['1:31', '5:-30']}",
        "{times: []}",
        "{hours: [1]}",
        "{times: all day}",
        "[]",
        "{years: ['2020:2100']}",
    ],
)
def test_what_leaves_time_or_cannot_be_read_does_not(spans: str, tmp_path: Path) -> None:
    assert "error[route/muted]" not in told(tmp_path, MUTE, spans)
    assert "error[route/muted]" not in told(tmp_path, ONLY, spans)


def test_an_interval_without_a_time_is_never_active(tmp_path: Path) -> None:
    assert told(tmp_path, ONLY) == ["error[route/muted]"]
    assert told(tmp_path, MUTE) == []


def test_a_name_that_is_nowhere_is_told_alone(tmp_path: Path) -> None:
    assert told(tmp_path, "mute_time_intervals: [sone]", "{}") == ["error[alertmanager/structure]"]


def test_no_time_at_all_is_no_condition(tmp_path: Path) -> None:
    assert told(tmp_path, "active_time_intervals: []", "{}") == ["warning[route/unused-interval]"]


def test_who_is_told_besides_makes_it_a_warning(tmp_path: Path) -> None:
    again = f"{MUTE}\n      continue: true\n    - {{matchers: ['severity=\"critical\"'], receiver: chat}}"
    assert told(tmp_path, again, "{}") == ["warning[route/muted]"]


def test_a_receiver_that_tells_nobody_is_not_muted(tmp_path: Path) -> None:
    silent = f'{MUTE}\n      routes: [{{matchers: [severity=~".+"], receiver: "null", {ONLY}}}]'
    assert told(tmp_path, silent, "{weekdays: [monday]}, {months: [may], days_of_month: ['28:2']}") == []
    assert told(tmp_path, silent.replace('"null"', "chat"), "{months: [february], days_of_month: [30]}") == [
        "error[route/muted]"
    ]


def test_its_path_breaks_at_the_route(tmp_path: Path) -> None:
    assert told(tmp_path, MUTE, "{}") == ["error[route/muted]"]
    (found,) = trace("ShopDown", [tmp_path]).traces
    assert {each.kind: [one.id for one in each.findings] for each in found.hops if each.findings} == {
        "route": ["route/muted"]
    }
    assert found.broken


BETA = """\
apiVersion: monitoring.coreos.com/v1beta1
kind: AlertmanagerConfig
metadata: {name: shop, namespace: shop}
spec:
  route: {receiver: shop, muteTimeIntervals: [nights]}
  KEY:
    - {name: nights, timeIntervals: [{weekdays: [monday]}]}
  receivers: [{name: shop, webhookConfigs: [{url: "https://alerts.example.org/shop"}]}]
"""


@pytest.mark.parametrize(
    ("version", "key", "ids"),
    [
        ("v1beta1", "timeIntervals", []),
        ("v1alpha1", "muteTimeIntervals", []),
        ("v1beta1", "muteTimeIntervals", ["schema/invalid", "alertmanager/structure"]),
        ("v1alpha1", "timeIntervals", ["schema/invalid", "alertmanager/structure"]),
    ],
)
def test_each_version_of_the_object_has_its_own_key(version: str, key: str, ids: list[str], tmp_path: Path) -> None:
    (tmp_path / "routes.yaml").write_text(BETA.replace("v1beta1", version).replace("KEY", key), encoding="utf-8")
    assert sorted(each.id for each in validate([tmp_path], "off").findings) == sorted(ids)
