"""Alertmanager's configuration from a profile's words, judged by the real Alertmanager and by the CRD's schema."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from obsgen import tools
from obsgen.profile.alerting import Alertmanager, Team
from obsgen.render.alerting.alertmanager import configuration, resource
from obsgen.schemas import errors, lookup
from obsgen.signalpath.routing import receivers
from obsgen.tree.serialise import yaml_bytes

KEY = {"secret": "alertmanager-keys", "key": "slack-url"}
EVERY_WAY: dict[str, Any] = {
    "receivers": {
        "chat": {"slack": {"channel": "#alerts", "url": KEY}},
        "pager": {"pagerduty": {"routingKey": {"secret": "alertmanager-keys", "key": "pagerduty-key"}}},
        "hook": {"webhook": {"url": "https://watch.example.org/ping"}, "sendResolved": False},
        "secret-hook": {"webhook": {"url": {"secret": "hooks", "key": "url"}}},
        "mail": {
            "email": {
                "to": "oncall@example.org",
                "from": "alerts@example.org",
                "smarthost": "smtp.example.org:587",
                "username": "alerts",
                "password": {"secret": "smtp", "key": "password"},
            }
        },
        "genie": {"opsgenie": {"apiKey": {"secret": "genie", "key": "api"}, "apiURL": "https://api.eu.opsgenie.com"}},
        "cards": {"teams": {"url": {"secret": "teams", "key": "url"}}},
    },
    "receiver": "chat",
    "severities": {"critical": "pager"},
    "routes": [
        {"match": {"alertname": ["GpuDown", "NodeDown"], "team": "infra"}, "receiver": "mail", "continue": True},
        {"match": {"severity": "info"}, "receiver": "hook", "mute": ["nights"], "groupBy": ["alertname"]},
    ],
    "timeIntervals": {"nights": {"weekdays": ["monday:friday"], "times": [{"start": "00:00", "end": "06:00"}]}},
    "heartbeat": {"receiver": "secret-hook"},
}
TEAMS = {"ml": Team.model_validate({"receiver": "chat", "severities": {"critical": "genie"}})}


def alertmanager(**changes: Any) -> Alertmanager:
    return TypeAdapter(Alertmanager).validate_python({**EVERY_WAY, **changes})


def test_the_real_alertmanager_accepts_every_way_of_telling(
    real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    file = tmp_path / "alertmanager.yaml"
    file.write_bytes(yaml_bytes(configuration(alertmanager(), TEAMS)))
    done = tools.run(real_tool("amtool"), ["check-config", str(file)])
    assert (done.returncode, "7 receivers" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"alertname": "Slow", "severity": "critical"}, ["pager"]),
        ({"alertname": "Slow", "severity": "warning"}, ["chat"]),
        ({"alertname": "Slow", "severity": "info"}, ["hook"]),
        ({"alertname": "Slow", "severity": "critical", "team": "ml"}, ["genie"]),
        ({"alertname": "Slow", "severity": "warning", "team": "ml"}, ["chat"]),
        ({"alertname": "GpuDown", "severity": "critical", "team": "infra"}, ["mail", "pager"]),
        ({"alertname": "Heartbeat", "heartbeat": "true", "severity": "info"}, ["secret-hook"]),
    ],
)
def test_alerts_go_where_the_profile_says(labels: dict[str, str], expected: list[str]) -> None:
    assert receivers(configuration(alertmanager(), TEAMS), labels) == expected


def test_keys_are_files_and_nothing_else() -> None:
    written = yaml_bytes(configuration(alertmanager(), TEAMS)).decode()
    assert "api_url_file: /etc/alertmanager/secrets/alertmanager-keys/slack-url" in written
    assert "routing_key_file: /etc/alertmanager/secrets/alertmanager-keys/pagerduty-key" in written
    assert "auth_password_file: /etc/alertmanager/secrets/smtp/password" in written


def test_the_keys_that_must_exist_are_listed_once() -> None:
    twice = {"a": {"slack": {"channel": "#a", "url": KEY}}, "b": {"slack": {"channel": "#b", "url": KEY}}}
    found = alertmanager(receivers=twice, severities={}, routes=[], heartbeat=None, receiver="a").keys
    assert [(each.secret, each.key) for each in found] == [("alertmanager-keys", "slack-url")]


def test_grouping_follows_the_profile_and_else_a_default() -> None:
    root = configuration(alertmanager(groupBy=["alertname", "cluster", "service"], repeatInterval="12h"), {})["route"]
    assert root["group_by"] == ["alertname", "cluster", "service"]
    assert (root["group_wait"], root["group_interval"], root["repeat_interval"]) == ("30s", "5m", "12h")


def test_the_heartbeat_does_not_wait_for_a_group() -> None:
    beat = configuration(alertmanager(), {})["route"]["routes"][0]
    assert (beat["group_wait"], beat["group_interval"], beat["repeat_interval"]) == ("0s", "5m", "4m")


def test_critical_silences_warnings_of_the_same_thing_unless_told_otherwise() -> None:
    (rule,) = configuration(alertmanager(), {})["inhibit_rules"]
    assert rule["equal"] == ["alertname", "cluster", "namespace", "service"]
    assert "inhibit_rules" not in configuration(alertmanager(inhibit=False), {})


def test_a_value_that_looks_like_an_expression_is_taken_literally() -> None:
    odd = {"match": {"alertname": ["a.b", 'c"|d']}, "receiver": "mail"}
    config = configuration(alertmanager(routes=[odd]), {})
    assert receivers(config, {"alertname": 'c"|d', "severity": "info"}) == ["mail"]
    assert receivers(config, {"alertname": "aXb", "severity": "info"}) == ["chat"]


def test_the_objects_form_is_what_the_operator_accepts() -> None:
    schema = lookup("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig")
    assert schema is not None
    head = {"apiVersion": "monitoring.coreos.com/v1alpha1", "kind": "AlertmanagerConfig", "metadata": {"name": "x"}}
    assert list(errors({**head, "spec": resource(alertmanager(), TEAMS)}, schema)) == []


def test_the_objects_form_has_the_same_routes() -> None:
    route = resource(alertmanager(), TEAMS)["route"]
    taken = [(each["receiver"], [m["value"] for m in each["matchers"]]) for each in route["routes"]]
    assert taken == [
        ("secret-hook", ["true"]),
        ("mail", ["GpuDown|NodeDown", "infra"]),
        ("hook", ["info"]),
        ("chat", ["ml"]),
        ("pager", ["critical"]),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"receivers": {}},
        {"receivers": {"a": {"slack": {"channel": "#a", "url": "https://hooks.slack.com/services/T/B/X"}}}},
        {"receivers": {"a": {"email": {"to": "nobody", "from": "a@b.c", "smarthost": "x:25"}}}},
        {"timeIntervals": {"n": {"times": [{"start": "9:00", "end": "17:00"}]}}},
        {"severities": {"urgent": "pager"}},
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        alertmanager(**wrong)


SEARCH = {"alertname": "Slow", "team": "search"}


@pytest.mark.parametrize(
    ("team", "severity", "expected"),
    [
        ({"receiver": "cards"}, "critical", ["pager", "cards"]),
        ({"receiver": "cards"}, "warning", ["cards"]),
        ({"receiver": "pager"}, "critical", ["pager"]),
        ({"receiver": "cards", "severities": {"critical": "genie"}}, "critical", ["genie"]),
        ({"receiver": "cards", "severities": {"warning": "mail"}}, "critical", ["pager", "cards"]),
        ({"budget": "5USD/day"}, "critical", ["pager"]),
    ],
)
def test_a_teams_alerts_also_reach_whom_everybodys_reach_unless_it_says_otherwise(
    team: dict[str, Any], severity: str, expected: list[str]
) -> None:
    config = configuration(alertmanager(), {"search": Team.model_validate(team)})
    assert receivers(config, {**SEARCH, "severity": severity}) == expected


def test_amtool_walks_a_teams_routes_alike(real_tool: Callable[[str], tools.Tool], tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yaml"
    file.write_bytes(yaml_bytes(configuration(alertmanager(), {"search": Team.model_validate({"receiver": "cards"})})))
    command = ["config", "routes", "test", f"--config.file={file}", "team=search", "severity=critical"]
    assert tools.run(real_tool("amtool"), command).stdout.split() == ["pager,cards"]
