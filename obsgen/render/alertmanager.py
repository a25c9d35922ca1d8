"""Alertmanager's configuration: receivers, routes, inhibition; in its own language and as AlertmanagerConfig objects.

Both are written from one tree of routes. Keys appear as files below the folder where the operator mounts the Secrets
of an Alertmanager object, or as references to a Secret's key; never as values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from obsgen.components.fields import Severity
from obsgen.profile.alerting import Alertmanager, Grouping, Receiver, Team, TimeInterval
from obsgen.profile.platform import SecretKey
from obsgen.tree.serialise import yaml_bytes
from obsgen.units import duration, prometheus_duration

MOUNTED = "/etc/alertmanager/secrets"
"""Where the operator mounts what an Alertmanager object lists under `spec.secrets`: a folder for each Secret."""

HEARTBEAT = "heartbeat"
"""The label of the alert that always fires."""

GROUPING = Grouping(
    groupBy=("alertname", "cluster", "namespace"), groupWait="30s", groupInterval="5m", repeatInterval="4h"
)
"""One message for an alert of a namespace: soon, changes after five minutes, a reminder twice a working day."""

TITLE = (
    "{{ if .Alerts.Firing }}{{ .CommonLabels.severity | toUpper }} {{ .Alerts.Firing | len }}"
    "{{ else }}RESOLVED{{ end }} {{ .CommonLabels.alertname }}{{ with .CommonLabels.cluster }} on {{ . }}{{ end }}"
)
TEXT = (
    "{{ range .Alerts }}*{{ .Annotations.summary }}*\n{{ .Annotations.description }}"
    "{{ with .Annotations.runbook_url }}\nRunbook: {{ . }}{{ end }}\n{{ end }}"
)


@dataclass(frozen=True)
class RouteNode:
    """A route: the labels it takes, where they go, and routes below it that are asked first."""

    receiver: str
    match: Mapping[str, Sequence[str]]
    grouping: Grouping = field(default_factory=Grouping)
    goes_on: bool = False
    mute: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    below: tuple[RouteNode, ...] = ()


def route_tree(alertmanager: Alertmanager, teams: Mapping[str, Team]) -> RouteNode:
    """The routes in the order in which they are asked: heartbeat, the profile's own, teams, severities."""
    below = [*_heartbeat(alertmanager), *_own(alertmanager), *_teams(teams), *_severities(alertmanager.severities)]
    grouping = GROUPING.model_copy(update=_set(alertmanager))
    return RouteNode(default_receiver(alertmanager), {}, grouping, below=tuple(below))


def default_receiver(alertmanager: Alertmanager) -> str:
    """Who gets what no route takes."""
    return alertmanager.receiver or next(iter(alertmanager.receivers))


def _set(grouping: Grouping) -> dict[str, Any]:
    return {name: value for name in Grouping.model_fields if (value := getattr(grouping, name)) is not None}


def _heartbeat(alertmanager: Alertmanager) -> Iterator[RouteNode]:
    """Sent at once, and again as often as asked for: whoever waits for it must not wait for a group.

    A group is looked at once an interval and told again if the last message is older than `repeat_interval`. Messages
    are dated when they have been sent, so that with equal intervals every second one would be left out. Source:
    Alertmanager 0.34.2, notify/dedup_stage.go (needsUpdate) and nflog/nflog.go (Log).
    """
    if alertmanager.heartbeat:
        interval = alertmanager.heartbeat.interval
        sooner = prometheus_duration(max(1, duration(interval) * 4 // 5))
        grouping = Grouping(groupWait="0s", groupInterval=interval, repeatInterval=sooner)
        yield RouteNode(alertmanager.heartbeat.receiver, {HEARTBEAT: ("true",)}, grouping)


def _own(alertmanager: Alertmanager) -> Iterator[RouteNode]:
    for route in alertmanager.routes:
        yield RouteNode(route.receiver, route.match, route, route.continue_, route.mute, route.only)


def _teams(teams: Mapping[str, Team]) -> Iterator[RouteNode]:
    for name, team in sorted(teams.items()):
        if team.receiver:
            yield RouteNode(team.receiver, {"team": (name,)}, below=tuple(_severities(team.severities)))


def _severities(receivers: Mapping[Severity, str]) -> Iterator[RouteNode]:
    for severity, receiver in sorted(receivers.items()):
        yield RouteNode(receiver, {"severity": (severity,)})


@dataclass(frozen=True)
class _Integration:
    """One way of telling: its name, plain fields, and fields that a Secret's key fills; all in snake_case."""

    name: str
    plain: Mapping[str, Any]
    secret: Mapping[str, SecretKey]


def _integrations(receiver: Receiver) -> Iterator[_Integration]:
    if receiver.slack:
        slack = receiver.slack
        plain = {"channel": slack.channel, "title": slack.title or TITLE, "text": slack.text or TEXT}
        yield _Integration("slack", plain, {"api_url": slack.url})
    if receiver.pagerduty:
        yield _Integration("pagerduty", {}, {"routing_key": receiver.pagerduty.routing_key})
    if receiver.webhook:
        url = receiver.webhook.url
        known = isinstance(url, str)
        yield _Integration("webhook", {"url": url} if known else {}, {} if isinstance(url, str) else {"url": url})
    if receiver.email:
        mail = receiver.email
        login = {"auth_username": mail.username} if mail.username else {}
        plain = {"to": mail.to, "from": mail.from_, "smarthost": mail.smarthost, **login}
        yield _Integration("email", plain, {"auth_password": mail.password} if mail.password else {})
    if receiver.opsgenie:
        where = {"api_url": receiver.opsgenie.api_url} if receiver.opsgenie.api_url else {}
        yield _Integration("opsgenie", where, {"api_key": receiver.opsgenie.api_key})
    if receiver.teams:
        yield _Integration("msteamsv2", {}, {"webhook_url": receiver.teams.url})


def alerting_names(alertmanager: Alertmanager | None, teams: Mapping[str, Team]) -> dict[str, Any] | None:
    """The configuration as templates speak of it: as it is and its `text`, as `spec` of a resource, for a `chart`."""
    if alertmanager is None:
        return None
    native = configuration(alertmanager, teams)
    return {
        "configuration": native,
        "text": yaml_bytes(native).decode(),
        "spec": resource(alertmanager, teams),
        "chart": chart_configuration(native),
    }


def chart_configuration(native: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration as values of kube-prometheus-stack, which brings two alerts that nobody shall be told of.

    Helm lays mappings over those of the chart, so every list is written: the chart's routes lead to a receiver that is
    not there any more (its values.yaml, `alertmanager.config`).
    """
    silent = {"receiver": "null", "matchers": ['alertname =~ "InfoInhibitor|Watchdog"']}
    route = {**native["route"], "routes": [silent, *native["route"].get("routes", [])]}
    receivers = [*native["receivers"], {"name": "null"}]
    return {"inhibit_rules": [], "templates": [], **native, "route": route, "receivers": receivers}


def configuration(alertmanager: Alertmanager, teams: Mapping[str, Team]) -> dict[str, Any]:
    """alertmanager.yaml."""
    return {
        "global": {"resolve_timeout": alertmanager.resolve_timeout},
        "route": _native_route(route_tree(alertmanager, teams)),
        "receivers": [_native_receiver(name, each) for name, each in alertmanager.receivers.items()],
        **({"inhibit_rules": [_native_inhibition()]} if alertmanager.inhibit else {}),
        **_native_times(alertmanager.time_intervals),
    }


def _native_route(node: RouteNode) -> dict[str, Any]:
    return {
        "receiver": node.receiver,
        **({"matchers": [_matcher(label, values) for label, values in node.match.items()]} if node.match else {}),
        **{name: list(value) if isinstance(value, tuple) else value for name, value in _set(node.grouping).items()},
        **({"continue": True} if node.goes_on else {}),
        **({"mute_time_intervals": list(node.mute)} if node.mute else {}),
        **({"active_time_intervals": list(node.only)} if node.only else {}),
        **({"routes": [_native_route(each) for each in node.below]} if node.below else {}),
    }


def _matcher(label: str, values: Sequence[str]) -> str:
    operator = "=" if len(values) == 1 else "=~"
    text = _alternatives(values).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{label}{operator}"{text}"'


def _alternatives(values: Sequence[str]) -> str:
    """One value as it is, several as an anchored regular expression."""
    return values[0] if len(values) == 1 else "|".join(re.escape(value).replace("\\-", "-") for value in values)


def _native_receiver(name: str, receiver: Receiver) -> dict[str, Any]:
    filled: dict[str, Any] = {"name": name}
    for each in _integrations(receiver):
        files = {f"{key_field}_file": f"{MOUNTED}/{key.secret}/{key.key}" for key_field, key in each.secret.items()}
        filled[f"{each.name}_configs"] = [{**each.plain, **files, "send_resolved": receiver.send_resolved}]
    return filled


_SAME_THING = ("alertname", "cluster", "namespace")


def _native_inhibition() -> dict[str, Any]:
    return {
        "source_matchers": ['severity="critical"'],
        "target_matchers": ['severity=~"warning|info"'],
        "equal": list(_SAME_THING),
    }


def _native_times(intervals: Mapping[str, TimeInterval]) -> dict[str, Any]:
    if not intervals:
        return {}
    return {
        "time_intervals": [
            {"name": name, "time_intervals": [{**_times(each, "start_time", "end_time"), "location": each.location}]}
            for name, each in sorted(intervals.items())
        ]
    }


def _times(interval: TimeInterval, start: str, end: str) -> dict[str, Any]:
    return {
        **({"weekdays": list(interval.weekdays)} if interval.weekdays else {}),
        **({"times": [{start: each.start, end: each.end} for each in interval.times]} if interval.times else {}),
    }


def resource(alertmanager: Alertmanager, teams: Mapping[str, Team]) -> dict[str, Any]:
    """The `spec` of an AlertmanagerConfig (v1alpha1, the version that is served without a conversion webhook)."""
    return {
        "route": _resource_route(route_tree(alertmanager, teams)),
        "receivers": [_resource_receiver(name, each) for name, each in alertmanager.receivers.items()],
        **({"inhibitRules": [_resource_inhibition()]} if alertmanager.inhibit else {}),
        **_resource_times(alertmanager.time_intervals),
    }


def _resource_route(node: RouteNode) -> dict[str, Any]:
    grouping = {_camel(name): list(v) if isinstance(v, tuple) else v for name, v in _set(node.grouping).items()}
    return {
        "receiver": node.receiver,
        **({"matchers": [_resource_matcher(*each) for each in node.match.items()]} if node.match else {}),
        **grouping,
        **({"continue": True} if node.goes_on else {}),
        **({"muteTimeIntervals": list(node.mute)} if node.mute else {}),
        **({"activeTimeIntervals": list(node.only)} if node.only else {}),
        **({"routes": [_resource_route(each) for each in node.below]} if node.below else {}),
    }


def _resource_matcher(label: str, values: Sequence[str]) -> dict[str, str]:
    return {"name": label, "matchType": "=" if len(values) == 1 else "=~", "value": _alternatives(values)}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join("URL" if word == "url" else word.capitalize() for word in others)


def _resource_receiver(name: str, receiver: Receiver) -> dict[str, Any]:
    filled: dict[str, Any] = {"name": name}
    for each in _integrations(receiver):
        keys = {
            "urlSecret" if key_field == "url" else _camel(key_field): {"name": key.secret, "key": key.key}
            for key_field, key in each.secret.items()
        }
        plain = {_camel(plain_field): value for plain_field, value in each.plain.items()}
        filled[f"{each.name}Configs"] = [{**plain, **keys, "sendResolved": receiver.send_resolved}]
    return filled


def _resource_inhibition() -> dict[str, Any]:
    return {
        "sourceMatch": [_resource_matcher("severity", ("critical",))],
        "targetMatch": [_resource_matcher("severity", ("warning", "info"))],
        "equal": list(_SAME_THING),
    }


def _resource_times(intervals: Mapping[str, TimeInterval]) -> dict[str, Any]:
    """Times are UTC there: AlertmanagerConfig has no place for a time zone."""
    if not intervals:
        return {}
    return {
        "muteTimeIntervals": [
            {"name": name, "timeIntervals": [_times(each, "startTime", "endTime")]}
            for name, each in sorted(intervals.items())
        ]
    }
