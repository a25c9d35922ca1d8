"""A path that is whole, and the same path broken at each of its hops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from trace_support import WHOLE, copied, hop, kinds, only

from obsgen.trace import State, Trace, trace

STEPS = [
    *("exporter", "service", "monitor", "prometheus", "recorded", "rule"),
    *("route", "receiver", "secret", "runbook", "dashboard"),
]


@pytest.fixture(scope="module")
def alert() -> Trace:
    return only("QueueGrowing", WHOLE)


def test_an_alert_is_followed_from_the_exporter_to_the_person(alert: Trace) -> None:
    assert kinds(alert) == STEPS
    assert {each.state for each in alert.hops} == {State.FACT}
    assert not alert.broken


@pytest.mark.parametrize(
    ("kind", "text", "file", "line"),
    [
        ("service", "Service models/chat, port http 8000, to Deployment models/chat", "workload.yaml", 16),
        ("monitor", "ServiceMonitor models/chat, every 15s, keeps the series", "monitor.yaml", 10),
        ("prometheus", "Prometheus monitoring/shop selects team=shop", "prometheus.yaml", 5),
        ("recorded", "chat:waiting:sum, group chat, loaded by shop, ruleSelector team=shop", "rules.yaml", 11),
        ("rule", "group chat, loaded by shop, ruleSelector team=shop", "rules.yaml", 13),
        (
            "route",
            "severity=critical, in Alertmanager monitoring/shop; grouped by alertname, model_name",
            "alertmanager.yaml",
            17,
        ),
        ("receiver", "pager: pagerduty", "alertmanager.yaml", 25),
        ("secret", "Secret monitoring/alertmanager-keys, key pager", "alertmanager.yaml", 27),
        ("runbook", "runbooks/QueueGrowing.md", "runbooks/QueueGrowing.md", 1),
        ("dashboard", 'Chat, panel "Waiting"', "board.json", 10),
    ],
)
def test_each_hop_says_what_it_does_and_where(alert: Trace, kind: str, text: str, file: str, line: int) -> None:
    found = hop(alert, kind)
    assert found.text == text
    assert found.place is not None
    assert Path(found.place.file) == WHOLE / file
    assert found.place.line == line


def test_a_version_that_an_image_says_is_told(tmp_path: Path) -> None:
    shop = copied(tmp_path, ("workload.yaml", "image: vllm/vllm-openai:v0.12.0", "image: vllm/vllm-openai:v0.10.1"))
    (shop / "facts.yaml").unlink()
    assert hop(only("QueueGrowing", shop), "exporter").text.startswith("vLLM 0.10.1 exposes vllm:num_requests_waiting")


def test_the_exporter_is_told_by_its_title_and_version(alert: Trace) -> None:
    assert hop(alert, "exporter").text == "vLLM 0.12 exposes vllm:num_requests_waiting (gauge)"


def test_the_application_that_brings_a_file_is_told(tmp_path: Path) -> None:
    found = hop(only("QueueGrowing", copied(tmp_path)), "argo cd")
    assert found.text == "Application shop-monitoring, path shop"


MONITOR, RULES, ROUTES = "monitor.yaml", "rules.yaml", "alertmanager.yaml"
BREAKS: dict[str, tuple[Any, ...]] = {
    "exporter": ("signal/removed", (RULES, "vllm:num_requests_waiting", "vllm:num_requests_swapped")),
    "label of the monitor": ("path/not-selected", (MONITOR, "{team: shop}", "{team: shops}")),
    "selector of the monitor": (
        "path/no-target",
        (MONITOR, "{app: chat}", "{app: chatt}"),
        ("facts.yaml", "name: chat", "name: other"),
    ),
    "port": ("path/no-port", (MONITOR, "port: http", "port: https")),
    "port of the Pod": ("path/no-port", ("workload.yaml", "targetPort: http", "targetPort: web")),
    "keep list": ("path/series-dropped", (MONITOR, "vllm:num_requests_.*", "vllm:kv_.*")),
    "bad relabelling": ("path/refused", (MONITOR, "vllm:num_requests_.*", "vllm:(num_requests_.*")),
    "rule selector": ("path/rules-not-selected", ("rules.yaml", "{team: shop}", "{team: shops}")),
    "expression": ("promql/syntax", (RULES, "chat:waiting:sum > 50", "chat:waiting:sum > > 50")),
    "receiver without integration": (
        "route/nobody",
        (
            ROUTES,
            "pagerduty_configs:\n          - routing_key_file: /etc/alertmanager/secrets/alertmanager-keys/pager",
            "pagerduty_configs: []",
        ),
    ),
    "receiver that nothing has": ("alertmanager/structure", (ROUTES, "receiver: pager", "receiver: pagers")),
    "key of the Secret": ("secret/missing", ("keys.yaml", "secretKey: pager", "secretKey: pagerduty")),
    "Secret that nobody mounts": ("secret/not-mounted", (ROUTES, "[alertmanager-keys]", "[alertmanager-key]")),
    "runbook": ("rules/no-runbook", (RULES, "runbooks/QueueGrowing.md", "runbooks/QueueGrows.md")),
}
AT = {
    "exporter": "exporter",
    "label of the monitor": "monitor",
    "selector of the monitor": "service",
    "port": "service",
    "port of the Pod": "service",
    "keep list": "monitor",
    "bad relabelling": "monitor",
    "rule selector": "rule",
    "expression": "rule",
    "receiver without integration": "receiver",
    "receiver that nothing has": "receiver",
    "key of the Secret": "secret",
    "Secret that nobody mounts": "secret",
    "runbook": "runbook",
}
"""The hop at which each of them must be told."""


@pytest.mark.parametrize("what", BREAKS)
def test_a_break_is_told_at_its_hop_with_the_finding_and_its_hint(what: str, tmp_path: Path) -> None:
    check, *changes = BREAKS[what]
    found = trace("QueueGrowing", [copied(tmp_path, *changes)])
    assert found.is_broken
    (path,) = found.traces
    broken = {each.kind for each in path.broken}
    assert AT[what] in broken
    told = [one for each in path.broken if each.kind == AT[what] for one in each.findings]
    assert check in {each.id for each in told}
    assert all(each.hint for each in told if each.id != "promql/syntax")
    later = STEPS[STEPS.index(AT[what]) + 1 :]
    beside = {"prometheus", "recorded", "rule"}  # a selector breaks both its ends, and all rules of an object
    assert broken.isdisjoint(set(later) - beside), "what has nothing to do with it is whole"


def test_a_route_that_takes_the_alert_away_is_shown(tmp_path: Path) -> None:
    change = (ROUTES, 'severity="critical"', 'severity="page"')
    path = only("QueueGrowing", copied(tmp_path, change))
    assert hop(path, "route").text.startswith("whatever no other route takes")
    assert hop(path, "receiver").text == "chat: slack"


def test_what_is_outside_of_the_files_is_an_assumption_and_no_break(tmp_path: Path) -> None:
    shop = copied(tmp_path)
    for file in ("workload.yaml", "prometheus.yaml", "alertmanager.yaml", "keys.yaml", "facts.yaml"):
        (shop / file).unlink()
    found = trace("QueueGrowing", [shop])
    assert not found.is_broken
    (path,) = found.traces
    assert {each.kind for each in path.assumed} >= {"exporter", "service", "prometheus", "rule", "route"}


def test_a_finding_that_somebody_allows_breaks_nothing(tmp_path: Path) -> None:
    change = (MONITOR, "labels: {team: shop}", "# obsgen: allow path/not-selected - ours\n  labels: {team: shops}")
    found = trace("QueueGrowing", [copied(tmp_path, change)])
    assert not found.is_broken


def test_a_missing_secret_is_said(tmp_path: Path) -> None:
    shop = copied(tmp_path)
    (shop / "keys.yaml").unlink()
    found = hop(only("QueueGrowing", shop), "secret")
    assert found.state == State.ASSUMED
    assert found.text.endswith("not among these files")
