"""Alertmanager's configuration: receivers, routes, inhibition; in its own language and as AlertmanagerConfig objects.

Both are written from one tree of routes. Keys appear as files below the folder where the operator mounts the Secrets
of an Alertmanager object, or as references to a Secret's key; never as values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from obsgen.components.fields import Severity
from obsgen.conventions import SERVICE_LABEL
from obsgen.profile.alerting import Alertmanager, Grouping, Receiver, Team, TimeInterval
from obsgen.profile.platform import SecretKey
from obsgen.signalpath.resources import native_matcher
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
    below = [
        *_heartbeat(alertmanager),
        *_own(alertmanager),
        *_teams(alertmanager, teams),
        *_severities(alertmanager.severities),
    ]
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


def _teams(alertmanager: Alertmanager, teams: Mapping[str, Team]) -> Iterator[RouteNode]:
    for name, team in sorted(teams.items()):
        if team.receiver:
            below = [*_severities(team.severities), *_as_everybody(alertmanager, team, team.receiver)]
            yield RouteNode(team.receiver, {"team": (name,)}, below=tuple(below))


def _as_everybody(alertmanager: Alertmanager, team: Team, own: str) -> Iterator[RouteNode]:
    """A severity of which somebody is told for everybody: so is the team, unless it says who is told instead."""
    for severity, receiver in sorted(alertmanager.severities.items()):
        if severity not in team.severities and receiver != own:
            match = {"severity": (severity,)}
            yield RouteNode(receiver, match, goes_on=True)
            yield RouteNode(own, match)


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


def alerting_names(
    alertmanager: Alertmanager | None, teams: Mapping[str, Team], apart: Sequence[str] = ()
) -> dict[str, Any] | None:
    """The configuration as templates speak of it: as it is and its `text`, as `spec` of a resource, for a `chart`.

    `apart` are labels by which alerts of one name and one server are told from each other.
    """
    if alertmanager is None:
        return None
    native = configuration(alertmanager, teams, apart)
    return {
        "configuration": native,
        "text": yaml_bytes(native).decode(),
        "spec": resource(alertmanager, teams, apart),
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


@dataclass(frozen=True)
class _Dialect:
    """How the same thing is said in one of the two languages: keys (given in snake_case), matchers, secrets, times."""

    key: Callable[[str], str]
    matcher: Callable[[str, Sequence[str]], Any]
    secret: Callable[[str, SecretKey], tuple[str, Any]]
    intervals: str
    has_zones: bool

    def filled(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A mapping in this language; what is empty is left out."""
        return {self.key(name): value for name, value in fields.items() if value}


def configuration(alertmanager: Alertmanager, teams: Mapping[str, Team], apart: Sequence[str] = ()) -> dict[str, Any]:
    """alertmanager.yaml."""
    return {"global": {"resolve_timeout": alertmanager.resolve_timeout}, **_said(alertmanager, teams, apart, _NATIVE)}


def resource(alertmanager: Alertmanager, teams: Mapping[str, Team], apart: Sequence[str] = ()) -> dict[str, Any]:
    """The `spec` of an AlertmanagerConfig (v1alpha1, the version that is served without a conversion webhook)."""
    return _said(alertmanager, teams, apart, _RESOURCE)


def _said(
    alertmanager: Alertmanager, teams: Mapping[str, Team], apart: Sequence[str], dialect: _Dialect
) -> dict[str, Any]:
    return dialect.filled(
        {
            "route": _route(route_tree(alertmanager, teams), dialect),
            "receivers": [_receiver(name, each, dialect) for name, each in alertmanager.receivers.items()],
            "inhibit_rules": [_inhibition(dialect, apart)] if alertmanager.inhibit else [],
            dialect.intervals: [_interval(*each, dialect) for each in sorted(alertmanager.time_intervals.items())],
        }
    )


def _route(node: RouteNode, dialect: _Dialect) -> dict[str, Any]:
    return dialect.filled(
        {
            "receiver": node.receiver,
            "matchers": [dialect.matcher(*each) for each in node.match.items()],
            **{name: list(value) if isinstance(value, tuple) else value for name, value in _set(node.grouping).items()},
            "continue": node.goes_on,
            "mute_time_intervals": list(node.mute),
            "active_time_intervals": list(node.only),
            "routes": [_route(each, dialect) for each in node.below],
        }
    )


def _receiver(name: str, receiver: Receiver, dialect: _Dialect) -> dict[str, Any]:
    filled: dict[str, Any] = {"name": name}
    for each in _integrations(receiver):
        plain = {dialect.key(plain_field): value for plain_field, value in each.plain.items()}
        secret = dict(dialect.secret(*one) for one in each.secret.items())
        filled[dialect.key(f"{each.name}_configs")] = [
            {**plain, **secret, dialect.key("send_resolved"): receiver.send_resolved}
        ]
    return filled


def _inhibition(dialect: _Dialect, apart: Sequence[str]) -> dict[str, Any]:
    """A critical alert silences the others of the same thing; a label that neither has is equal."""
    return dialect.filled(
        {
            "source_matchers": [dialect.matcher("severity", ("critical",))],
            "target_matchers": [dialect.matcher("severity", ("warning", "info"))],
            "equal": ["alertname", "cluster", "namespace", SERVICE_LABEL, *apart],
        }
    )


def _interval(name: str, interval: TimeInterval, dialect: _Dialect) -> dict[str, Any]:
    times = [{dialect.key("start_time"): each.start, dialect.key("end_time"): each.end} for each in interval.times]
    zone = interval.location if dialect.has_zones else ""
    inner = dialect.filled({"weekdays": list(interval.weekdays), "times": times, "location": zone})
    return {"name": name, dialect.key("time_intervals"): [inner]}


def _as_text(label: str, values: Sequence[str]) -> str:
    return native_matcher(_as_object(label, values))


def _as_object(label: str, values: Sequence[str]) -> dict[str, str]:
    """One value as it is, several as an anchored regular expression."""
    if len(values) == 1:
        return {"name": label, "matchType": "=", "value": values[0]}
    alternatives = "|".join(re.escape(value).replace("\\-", "-") for value in values)
    return {"name": label, "matchType": "=~", "value": alternatives}


def _as_file(name: str, key: SecretKey) -> tuple[str, str]:
    return f"{name}_file", f"{MOUNTED}/{key.secret}/{key.key}"


def _as_reference(name: str, key: SecretKey) -> tuple[str, dict[str, str]]:
    return "urlSecret" if name == "url" else _camel(name), {"name": key.secret, "key": key.key}


_RENAMED = {"source_matchers": "sourceMatch", "target_matchers": "targetMatch"}


def _camel(name: str) -> str:
    if name in _RENAMED:
        return _RENAMED[name]
    first, *others = name.split("_")
    return first + "".join("URL" if word == "url" else word.capitalize() for word in others)


_NATIVE = _Dialect(str, _as_text, _as_file, "time_intervals", has_zones=True)
_RESOURCE = _Dialect(_camel, _as_object, _as_reference, "mute_time_intervals", has_zones=False)
"""Times are UTC there: AlertmanagerConfig has no place for a time zone."""
