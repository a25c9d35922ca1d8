"""The Alertmanager of kube-prometheus-stack: its own routes, and what is left of them below those of values."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.checks.runner import ToolMode
from obsgen.repository import read_repository

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
VALUES = "prometheus: {prometheusSpec: {retention: 15d PROMETHEUS} MORE}\nalertmanager:\n  enabled: true\n"
CONFIGURED = """\
prometheus: {prometheusSpec: {retention: 15d}}
alertmanager:
  config:
    route: {receiver: chat ROUTE}
    receivers: [{name: chat, webhook_configs: [{url: "https://alerts.example.org/chat"}]} RECEIVER]
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: monitoring, namespace: monitoring}
spec:
  interval: 1h
  chart: {spec: {chart: kube-prometheus-stack, sourceRef: {kind: HelmRepository, name: community}}}
  values: {prometheus: {prometheusSpec: {retention: 15d}}}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: monitoring, namespace: argocd}
spec:
  project: default
  destination: {name: in-cluster, namespace: monitoring}
  sources:
    - repoURL: https://charts.example.org
      chart: kube-prometheus-stack
      targetRevision: 75.0.0
      helm:
        valuesObject: {prometheus: {prometheusSpec: {retention: 15d}}}
"""


def told(folder: Path, tools: ToolMode = "off", **files: str) -> list[str]:
    """What is said of Alertmanagers and routes."""
    for name, text in {"rules": RULES, **files}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [
        f"{Path(each.place.file).name}:{each.place.line}:{each.place.column}: "
        f"{each.severity.name.lower()}[{each.id}] {each.message}"
        for each in validate([folder], tools).findings
        if each.id.startswith(("route/", "alertmanager/", "tool/"))
    ]


def values(alertmanager: str = "", prometheus: str = "", more: str = "") -> str:
    return VALUES.replace(" PROMETHEUS", prometheus).replace(" MORE", more) + alertmanager


def test_left_as_it_is_it_tells_nobody(tmp_path: Path) -> None:
    (line,) = told(tmp_path, values=values())
    assert line.startswith("values.yaml:2:1: warning[route/chart-default]")
    assert "nobody is told of ShopDown" in line
    repository = read_repository([tmp_path])
    assert [str(each.route) for each in repository.silent_charts] == ["()"]


@pytest.mark.parametrize(
    "written",
    [
        values("  config: {global: {resolve_timeout: 5m}}\n"),
        values("  config: {receivers: [{name: chat}]}\n"),
        values("  alertmanagerSpec: {alertmanagerConfigSelector: {}}\n"),
    ],
)
def test_a_configuration_without_a_route_changes_nothing(written: str, tmp_path: Path) -> None:
    assert [line.partition("[")[2].partition("]")[0] for line in told(tmp_path, values=written)] == [
        "route/chart-default"
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"values": values().replace("enabled: true", "enabled: false")},
        {"values": values(more=", enabled: false")},
        {"values": values(more=", agentMode: true")},
        {"values": values(prometheus=", alertingEndpoints: [{name: main, port: web}]")},
        {"values": values(prometheus=", additionalAlertManagerConfigs: [{static_configs: [{targets: [a]}]}]")},
        {"values": values("  alertmanagerSpec: {configSecret: routes}\n")},
        {"values": values("  alertmanagerSpec: {useExistingSecret: true}\n")},
        {"values": values("  alertmanagerSpec: {alertmanagerConfiguration: {name: routes}}\n")},
        {"values": values("  alertmanagerSpec: {alertmanagerConfigSelector: {matchLabels: {team: ml}}}\n")},
        {"values": values("  tplConfig: true\n  stringConfig: 'route: {}'\n")},
        {"values": values(), "values-prod": CONFIGURED.replace(" ROUTE", ", routes: []").replace(" RECEIVER", "")},
        {"values": values(), "values-prod": values().replace("enabled: true", "enabled: false")},
        {
            "values": values(),
            "rules": RULES.replace("alert: ShopDown", "record: shop:down").partition("        for")[0],
        },
        {"release": RELEASE + "  valuesFrom: [{kind: Secret, name: routes}]\n"},
        {"application": APPLICATION + "        valueFiles: [routes.yaml]\n"},
    ],
)
def test_what_is_elsewhere_is_not_judged(files: dict[str, str], tmp_path: Path) -> None:
    assert told(tmp_path, **files) == []


@pytest.mark.parametrize("files", [{"release": RELEASE}, {"application": APPLICATION}])
def test_values_in_objects_are_values(files: dict[str, str], tmp_path: Path) -> None:
    assert [line.partition("[")[2].partition("]")[0] for line in told(tmp_path, **files)] == ["route/chart-default"]


@pytest.mark.tools
@pytest.mark.parametrize(
    ("route", "receiver", "line"),
    [
        ("", "", "values.yaml:4:5: error[alertmanager/structure] the chart's own route, which stays below yours"),
        (", routes: []", "", ""),
        (", routes: null", "", ""),
        ("", ', {name: "null"}', ""),
    ],
)
def test_the_charts_own_route_stays_until_others_are_written(
    route: str, receiver: str, line: str, tmp_path: Path
) -> None:
    written = CONFIGURED.replace(" ROUTE", route).replace(" RECEIVER", receiver)
    found = told(tmp_path, "auto", values=written)
    assert [each[: len(line)] for each in found] == ([line] if line else [])
