"""Alerts on log lines have the labels that their expressions keep, and are judged at routes like any others."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.repository import read_repository
from obsgen.repository.alerting.alerts import Alert
from obsgen.trace import trace

LOGS = """\
apiVersion: loki.grafana.com/v1
kind: AlertingRule
metadata: {name: shop, namespace: shop}
spec:
  tenantID: application
  groups:
    - name: shop
      rules:
        - alert: OrdersRefused
          expr: sum by (team, zone) (rate({app="orders", team="shop"} |= "refused" [5m])) > 5
          for: 5m
          labels: {severity: critical}
          annotations: {summary: orders are refused}
"""
SERVER = """\
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main, namespace: shop}
spec:
  ruleSelector: {}
  externalLabels: {cluster: eu}
"""
PLAIN = "groups:" + LOGS.partition("  groups:")[2].replace("\n    ", "\n  ")
CONFIG = "global: {external_labels: {cluster: eu}}\nrule_files: [rules.yaml]\nscrape_configs: []\n"
ROUTES = """\
route:
  receiver: "null"
  routes:
    - matchers: ['MATCHER']
      receiver: chat
receivers:
  - name: "null"
  - {name: chat, webhook_configs: [{url: "https://alerts.example.org/chat"}]}
"""


def alert(folder: Path, **files: str) -> Alert:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (found,) = read_repository([folder]).alerting.alerts
    return found


def told(folder: Path, matcher: str, rules: str = LOGS) -> list[str]:
    (folder / "alertmanager.yaml").write_text(ROUTES.replace("MATCHER", matcher), encoding="utf-8")
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    found = validate([folder], "off").findings
    return [each.id for each in found if each.id.startswith("route/")]


@pytest.mark.parametrize(
    "files", [{"rules": LOGS}, {"rules": LOGS, "server": SERVER}, {"rules": PLAIN}, {"rules": PLAIN, "config": CONFIG}]
)
def test_its_labels_are_the_rules_and_those_that_the_expression_keeps(files: dict[str, str], tmp_path: Path) -> None:
    found = alert(tmp_path, **files)
    assert found.labels("alertname") == {"OrdersRefused"}
    assert found.labels("severity") == {"critical"}
    assert found.labels("team") == {"shop"}
    assert found.labels("zone") is None
    assert found.labels("app") is None, "Loki's ruler may add labels of its own"
    assert found.labels("cluster") is None, "a Prometheus adds nothing to Loki's alerts"


def test_what_cannot_be_read_has_the_labels_of_its_rule(tmp_path: Path) -> None:
    found = alert(tmp_path, rules=LOGS.replace("sum by (team, zone)", "suum by (team, zone)"))
    assert found.labels("severity") == {"critical"}
    assert found.labels("team") is None


@pytest.mark.parametrize("rules", [LOGS, PLAIN])
@pytest.mark.parametrize(
    ("matcher", "ids"),
    [
        ('team="shop"', []),
        ('team="search"', ["route/nobody", "route/unused"]),
        ('severity="critical"', []),
        ('severity="page"', ["route/nobody", "route/unused"]),
        ('zone="eu"', []),
    ],
)
def test_routes_are_judged_by_them(matcher: str, ids: list[str], rules: str, tmp_path: Path) -> None:
    assert sorted(told(tmp_path, matcher, rules)) == ids


def test_its_path_leads_to_the_route_that_takes_it(tmp_path: Path) -> None:
    assert told(tmp_path, 'team="shop"') == []
    (found,) = trace("OrdersRefused", [tmp_path]).traces
    assert [each.text for each in found.hops if each.kind in ("route", "receiver")] == [
        f"team=shop, in {tmp_path}/alertmanager.yaml",
        "chat: webhook",
    ]
