"""What works again because of a change, and what only seems to since nothing asks for it any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from boards_support import changes
from written import lines

RULES = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: rules, namespace: monitoring}
spec: {groups: [{name: g, rules: [{alert: Down, expr: up == 0, labels: {severity: critical}}]}]}
"""
SERVER = """\
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: k8s, namespace: monitoring}
spec: {ruleSelector: {}, alerting: {alertmanagers: [{name: NAME, namespace: monitoring, port: web}]}}
---
apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata: {name: main, namespace: monitoring}
spec: {replicas: 2}
"""


@pytest.mark.parametrize(
    ("has_rules", "name", "again"), [(True, "alertmanager-operated", True), (False, "main", False)]
)
def test_a_server_is_heard_again_only_if_it_has_alerts(tmp_path: Path, has_rules: bool, name: str, again: bool) -> None:
    old = {"s.yaml": SERVER.replace("NAME", "main"), "r.yaml": RULES}
    new = {"s.yaml": SERVER.replace("NAME", name), **({"r.yaml": RULES} if has_rules else {})}
    told = lines(changes(tmp_path, old, new))
    line = "+ Prometheus monitoring/k8s: with somebody who is told again (safe)"
    assert (line in told) is again, told
