"""Which labels alerts have when they leave Prometheus, and which Alertmanager gets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks.discovery import plain_checks
from obsgen.repository import read_repository
from obsgen.repository.alerting.destinations import Alerting

RULES = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: shop, namespace: shop}
spec:
  groups:
    - name: shop
      rules:
        - alert: OrdersStuck
          expr: max by (queue) (orders_age_seconds{queue="mail"}) > 600
          labels: {severity: critical, zone: "{{ $labels.zone }}"}
"""
SERVER = """\
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main, namespace: monitoring}
spec:
  serviceMonitorSelector: {}
  externalLabels: {cluster: eu}
"""
ALERTMANAGER = """\
apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata: {name: main, namespace: monitoring}
spec: {configSecret: routes}
"""
ROUTES = """\
apiVersion: v1
kind: Secret
metadata: {name: routes, namespace: monitoring}
stringData:
  alertmanager.yaml: |
    route: {receiver: chat}
    receivers: [{name: chat}]
"""
PLAIN = "route: {receiver: chat}\nreceivers: [{name: chat}]\n"


def alerting(folder: Path, **files: str) -> Alerting:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read_repository([folder]).alerting


def told(folder: Path, **files: str) -> list[str]:
    """The ids of the findings about routes."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    repository = read_repository([folder])
    checks = (each for each in plain_checks() if each.ID.startswith("route/"))
    return [finding.id for each in checks for finding in each.check(repository)]


def test_labels_are_the_rules_then_the_expressions_then_those_that_prometheus_adds(tmp_path: Path) -> None:
    (alert,) = alerting(tmp_path, rules=RULES, server=SERVER).alerts
    assert alert.labels("alertname") == {"OrdersStuck"}
    assert alert.labels("severity") == {"critical"}
    assert alert.labels("zone") is None
    assert alert.labels("queue") == {"mail"}
    assert alert.labels("cluster") == {"eu"}
    assert alert.labels("prometheus") == {"monitoring/main"}
    assert alert.labels("team") == {""}


@pytest.mark.parametrize(
    "more",
    [
        "  additionalAlertRelabelConfigs: {name: relabel, key: config}\n",
        "  alerting: {alertmanagers: [{name: a, alertRelabelings: [{targetLabel: team, replacement: x}]}]}\n",
        "  enforcedNamespaceLabel: namespace\n",
    ],
)
def test_a_server_that_changes_alerts_leaves_all_open(more: str, tmp_path: Path) -> None:
    (alert,) = alerting(tmp_path, rules=RULES, server=SERVER + more).alerts
    assert alert.labels("team") is None
    assert alert.labels("severity") == {"critical"}


def test_without_a_server_any_label_may_be_added(tmp_path: Path) -> None:
    (alert,) = alerting(tmp_path, rules=RULES).alerts
    assert alert.labels("team") is None


def test_an_alertmanager_has_the_configuration_of_its_secret(tmp_path: Path) -> None:
    found = alerting(tmp_path, rules=RULES, alertmanager=ALERTMANAGER, routes=ROUTES)
    assert [each.name for each in found.destinations] == ["Alertmanager monitoring/main"]
    assert [each.receiver for each in found.destinations[0].routes(found.alerts[0].labels)] == ["chat"]


def test_alerts_of_objects_go_to_objects_and_those_of_files_to_files(tmp_path: Path) -> None:
    plain = RULES[RULES.index("  groups") :]
    files = {"alertmanager": ALERTMANAGER, "routes": ROUTES, "rules": RULES, "plain": plain.replace("\n  ", "\n")[2:]}
    (tmp_path / "own").mkdir()
    (tmp_path / "own/alertmanager.yaml").write_text(PLAIN, encoding="utf-8")
    found = alerting(tmp_path, **files)
    names = [[each.name.rpartition("/")[2] for each in found.to(alert)] for alert in found.alerts]
    assert names == [["main"], ["alertmanager.yaml"]]


def test_an_alertmanager_whose_configuration_is_elsewhere_is_not_judged(tmp_path: Path) -> None:
    assert told(tmp_path, rules=RULES, alertmanager=ALERTMANAGER) == []
    assert told(tmp_path, routes=ROUTES) == ["route/nobody"]


def test_a_receiver_that_is_called_null_is_meant_where_a_route_names_it(tmp_path: Path) -> None:
    chosen = ROUTES.replace(
        "{receiver: chat}", '{receiver: chat, routes: [{matchers: [queue="mail"], receiver: "null"}]}'
    )
    chosen = chosen.replace(
        "[{name: chat}]", '[{name: chat, webhook_configs: [{url: "https://a.example"}]}, {name: "null"}]'
    )
    assert told(tmp_path, rules=RULES, server=SERVER, alertmanager=ALERTMANAGER, routes=chosen) == [
        "route/no-alertmanager"
    ]
    assert told(tmp_path, routes=chosen.replace('receiver: "null"', "receiver: quiet").replace('"null"', "quiet")) == [
        "route/no-alertmanager",
        "route/nobody",
    ]


def test_what_is_outside_of_the_files_is_an_assumption(tmp_path: Path) -> None:
    alerting(tmp_path, rules=RULES)
    repository = read_repository([tmp_path])
    asked = [each for each in plain_checks() if each.ID.startswith("route/") and hasattr(each, "assumptions")]
    texts = [one.text for each in asked for one in each.assumptions(repository)]
    assert texts == ["an Alertmanager outside of the files tells somebody of OrdersStuck"]
