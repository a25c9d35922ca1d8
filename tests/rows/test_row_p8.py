"""Row P8: the reference system's Alertmanager, said in a profile, with what was wrong in it put right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from row_support import shipped

from obsgen import pipeline, tools
from obsgen.checks import validate
from obsgen.findings import Severity
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile
from obsgen.source import load_text

TITLE = "[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }}"
TEXT = (
    "{{ range .Alerts }}\n  *Alert:* {{ .Annotations.summary }}\n  *Description:* {{ .Annotations.description }}\n"
    "  *Severity:* {{ .Labels.severity }}\n  *Started:* {{ .StartsAt }}\n{{ end }}\n"
)
ALERTMANAGER: dict[str, Any] = {
    "groupBy": ["alertname", "cluster", "service"],
    "groupWait": "30s",
    "groupInterval": "5m",
    "repeatInterval": "4h",
    "resolveTimeout": "5m",
    "receivers": {
        "slack-notifications": {
            "slack": {
                "channel": "#alerts",
                "url": {"secret": "alertmanager-keys", "key": "slack-url"},
                "title": TITLE,
                "text": TEXT,
            }
        },
        "pagerduty-critical": {"pagerduty": {"routingKey": {"secret": "alertmanager-keys", "key": "pagerduty-key"}}},
    },
    "receiver": "slack-notifications",
    "severities": {"critical": "pagerduty-critical", "warning": "slack-notifications"},
}


def tree(**alertmanager: Any) -> StackTree:
    """The tree of a model server with that Alertmanager."""
    profile = {
        "apiVersion": "obsgen.dev/v1alpha1",
        "kind": "Profile",
        "stack": "inference",
        "namespaces": {"monitoring": "monitoring"},
        "prometheus": {"selectorLabels": {"team": "openhands"}},
        "modelServers": [{"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "v"}, "port": "http"}],
        "gpuExporter": {"type": "dcgm"},
        "alertmanager": {**ALERTMANAGER, **alertmanager},
    }
    return pipeline.render(parse_profile(json.dumps(profile)))


def configuration() -> Mapping[str, Any]:
    """alertmanager.yaml, out of the Secret."""
    (secret,) = (each.object for each in tree().environments["prod"].objects if each.object["kind"] == "Secret")
    (document,) = load_text(secret["stringData"]["alertmanager.yaml"], "alertmanager.yaml")
    return document.value  # type: ignore[no-any-return]


def test_grouping_times_title_and_text_are_those_of_the_reference() -> None:
    root, slack = configuration()["route"], configuration()["receivers"][0]["slack_configs"][0]
    assert root["group_by"] == ["alertname", "cluster", "service"]
    assert [root[key] for key in ("group_wait", "group_interval", "repeat_interval")] == ["30s", "5m", "4h"]
    assert configuration()["global"] == {"resolve_timeout": "5m"}
    assert (slack["title"], slack["text"], slack["send_resolved"]) == (TITLE, TEXT, True)


def test_critical_goes_to_pagerduty_all_else_to_slack_by_matchers_of_today() -> None:
    routes = configuration()["route"]["routes"]
    assert [(each["receiver"], each["matchers"]) for each in routes] == [
        ("pagerduty-critical", ['severity="critical"']),
        ("slack-notifications", ['severity="warning"']),
    ]
    assert configuration()["receivers"][1]["pagerduty_configs"][0]["send_resolved"] is True


def test_critical_silences_warnings() -> None:
    (inhibition,) = configuration()["inhibit_rules"]
    assert inhibition["source_matchers"] == ['severity="critical"']


def test_critical_of_one_server_silences_no_warning_of_another() -> None:
    (inhibition,) = configuration()["inhibit_rules"]
    assert inhibition["equal"] == ["alertname", "cluster", "namespace", "service"]


def test_objectives_and_models_are_told_apart_where_one_alert_has_two_severities() -> None:
    (config,) = (
        each for each in shipped("ai-infrastructure").base.objects if each.object["kind"] == "AlertmanagerConfig"
    )
    (inhibition,) = config.object["spec"]["inhibitRules"]
    assert {"service", "objective", "model_name"} <= set(inhibition["equal"])
    assert len(set(inhibition["equal"])) == len(inhibition["equal"])


def test_no_key_is_in_the_tree() -> None:
    text = b"\n".join(tree().files.values()).decode()
    assert "/etc/alertmanager/secrets/alertmanager-keys/slack-url" in text
    assert not re.search(r"(api_url|routing_key|service_key|slack_api_url): ", text)


@pytest.mark.parametrize("strategy", ["onNamespace", "none"])
def test_every_alert_reaches_a_receiver_in_either_form(strategy: str) -> None:
    for made in (tree(), tree(delivery="config", matcherStrategy=strategy)):
        (document,) = load_text(made.files["tests/routes-prod.yaml"].decode(), "routes.yaml")
        cases = document.value["cases"]
        assert len(cases) == len(made.environments["prod"].alerts) > 5
        for case in cases:
            critical = case["labels"]["severity"] == "critical"
            assert case["receivers"] == ["pagerduty-critical" if critical else "slack-notifications"]


@pytest.mark.tools
@pytest.mark.parametrize("form", [{}, {"delivery": "config"}, {"delivery": "config", "matcherStrategy": "none"}])
def test_amtool_agrees(form: dict[str, str], tmp_path: Path, real_tool: Callable[[str], tools.Tool]) -> None:
    assert real_tool("amtool").name == "amtool"
    for name, content in tree(**form).files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    report = validate([tmp_path])
    assert [each for each in report.findings if each.severity != Severity.INFO] == []
    assert {use.name: bool(use.version) for use in report.tools}["amtool"]


@pytest.mark.tools
@pytest.mark.parametrize("template", [TITLE, TEXT])
def test_the_texts_are_templates_of_alertmanagers(template: str, real_tool: Callable[[str], tools.Tool]) -> None:
    done = tools.run(
        real_tool("amtool"), ["template", "render", "--template.glob=/dev/null", f"--template.text={template}"]
    )
    assert (done.returncode, "{{" in done.stdout) == (0, False), done.stderr
