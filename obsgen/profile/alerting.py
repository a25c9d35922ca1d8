"""Who is told of an alert, and how: receivers, routes, teams. Keys are named by Secret and key, never written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, StringConstraints, Tag, model_validator

from obsgen.components.fields import (
    Duration,
    Interval,
    LabelName,
    NotEmpty,
    OneOrMore,
    Quantity,
    Severity,
    Strict,
    refusal,
)
from obsgen.profile.names import Name, Url
from obsgen.profile.platform import SecretKey, Volume

Channel = Annotated[str, StringConstraints(pattern=r"^[#@]?[^\s#@{}\"'\\]{1,80}$"), Field(examples=["#alerts"])]
Address = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s@<>,;\"'{}]+@[A-Za-z0-9.-]+$", max_length=254),
    Field(examples=["oncall@example.org"]),
]
_DAY = "(mon|tues|wednes|thurs|fri|satur|sun)day"
Weekdays = Annotated[str, StringConstraints(pattern=rf"^{_DAY}(:{_DAY})?$"), Field(examples=["monday:friday"])]
MessageText = Annotated[str, StringConstraints(max_length=4000), Field(examples=["{{ .CommonLabels.alertname }}"])]
"""A Go template of Alertmanager's."""


class Slack(Strict):
    """A message in a Slack channel."""

    channel: Channel = Field(description="such as #alerts")
    url: SecretKey = Field(description="the key with the webhook's URL")
    title: MessageText | None = Field(None, description="Go template; else alert, cluster and number")
    text: MessageText | None = Field(
        None, description="Go template; else summary, description and runbook of each alert"
    )


class PagerDuty(Strict):
    """An incident in PagerDuty, by its Events API v2."""

    routing_key: SecretKey = Field(description="the key with the integration's routing key")


def _kind_of_address(value: Any) -> str:
    return "(secret)" if isinstance(value, (dict, SecretKey)) else "(url)"


class Webhook(Strict):
    """A POST with Alertmanager's JSON."""

    url: Annotated[
        Annotated[Url, Tag("(url)")] | Annotated[SecretKey, Tag("(secret)")], Discriminator(_kind_of_address)
    ] = Field(description="the address; as a Secret's key if it holds a token")


class Email(Strict):
    """A mail."""

    to: Address = Field(description="who gets it")
    from_: Address = Field(alias="from", description="who sends it")
    smarthost: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+:[0-9]{1,5}$")] = Field(
        description="mail server and port", examples=["smtp.example.org:587"]
    )
    username: Annotated[str, StringConstraints(pattern=r"^[^\s\"'{}]{1,200}$")] | None = Field(
        None, description="name at the mail server; else no login"
    )
    password: SecretKey | None = Field(None, description="the key with the password")

    @model_validator(mode="after")
    def _whole_login(self) -> Email:
        if (self.username is None) != (self.password is None):
            missing = "password" if self.password is None else "username"
            raise refusal("profile/missing-key", f"a login without {missing}", f"write `{missing}: …`, or neither")
        return self


class Opsgenie(Strict):
    """An alert in Opsgenie."""

    api_key: SecretKey = Field(description="the key with the API key")
    api_url: Url | None = Field(None, alias="apiURL", description="such as https://api.eu.opsgenie.com")


class MicrosoftTeams(Strict):
    """A card in a Microsoft Teams channel, by a workflow's webhook."""

    url: SecretKey = Field(description="the key with the workflow's URL")


class Receiver(Strict):
    """Somewhere that alerts go; several ways at once are possible."""

    slack: Slack | None = Field(None, description="a message in a Slack channel")
    pagerduty: PagerDuty | None = Field(None, description="an incident in PagerDuty")
    webhook: Webhook | None = Field(None, description="a POST with Alertmanager's JSON")
    email: Email | None = Field(None, description="a mail")
    opsgenie: Opsgenie | None = Field(None, description="an alert in Opsgenie")
    teams: MicrosoftTeams | None = Field(None, description="a card in a Microsoft Teams channel")
    send_resolved: bool = Field(True, description="whether the end of an alert is told, too")

    @model_validator(mode="after")
    def _tells_somebody(self) -> Receiver:
        ways = [name for name in type(self).model_fields if name != "send_resolved"]
        if not any(getattr(self, way) for way in ways):
            raise refusal("profile/silent-receiver", "this receiver tells nobody", f"write one of {', '.join(ways)}")
        return self


class Grouping(Strict):
    """How alerts are put together before they are told; what is left open is inherited from the route above."""

    group_by: Annotated[tuple[LabelName, ...], NotEmpty] | None = Field(
        None, description="alerts that agree in these labels become one message"
    )
    group_wait: Duration | None = Field(None, description="how long the first message of a group waits for more")
    group_interval: Interval | None = Field(None, description="how long a changed group waits for its next message")
    repeat_interval: Interval | None = Field(None, description="after what time an unchanged group is told again")


class Route(Grouping):
    """Sends alerts with these labels to a receiver."""

    match: Annotated[dict[LabelName, OneOrMore], NotEmpty] = Field(description="labels and the values they may have")
    receiver: Name = Field(description="one of the receivers")
    continue_: bool = Field(False, alias="continue", description="whether routes below are tried, too")
    mute: tuple[Name, ...] = Field((), description="time intervals in which nothing is told")
    only: tuple[Name, ...] = Field((), description="time intervals outside which nothing is told")


class Hours(Strict):
    """Part of a day."""

    start: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = Field(
        description="the first minute, such as 09:00"
    )
    end: Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")] = Field(
        description="the minute after the last, such as 17:00"
    )


class TimeInterval(Strict):
    """Times that routes may refer to; what is left open means always."""

    weekdays: tuple[Weekdays, ...] = Field((), description="such as monday:friday")
    times: tuple[Hours, ...] = Field((), description="parts of the day, such as {start: '09:00', end: '17:00'}")
    location: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]+(/[A-Za-z_+0-9-]+)*$")] = Field(
        "UTC", description="a time zone, such as Europe/Berlin"
    )


class Heartbeat(Strict):
    """A dead man's switch: an alert that always fires, so that its silence tells that alerting is broken."""

    receiver: Name = Field(description="the receiver that misses it, such as a webhook of a watching service")
    interval: Interval = Field("5m", description="how often it is sent")


class Team(Strict):
    """Who is told of the alerts of a team's servers, and what those may cost."""

    receiver: Name | None = Field(
        None,
        description="told of everything that `severities` does not name, besides those whom `alertmanager.severities` "
        "names for everybody; without it they alone",
    )
    severities: dict[Severity, Name] = Field(
        default_factory=dict, description="severities that go here, and nowhere else"
    )
    budget: Quantity | None = Field(
        None, description="what its GPUs and hosted models may cost in 24 hours", examples=["500USD/day"]
    )

    @model_validator(mode="after")
    def _somebody_for_the_rest(self) -> Team:
        if self.severities and self.receiver is None:
            raise refusal("profile/missing-key", "severities of a team that has no receiver", "write `receiver:`, too")
        return self


class Alertmanager(Grouping):
    """The Alertmanager: deployed with its configuration, or the configuration for one that runs already."""

    delivery: Literal["managed", "config", "values"] = Field(
        "managed",
        description="managed: an Alertmanager object with its configuration; config: AlertmanagerConfig objects for "
        "one that runs already; values: in the values of kube-prometheus-stack",
    )
    namespace: Name | None = Field(None, description="where it runs; else the monitoring namespace")
    replicas: Annotated[int, Field(ge=1, le=9)] = Field(2, description="pods of a managed one")
    storage: Volume | None = Field(None, description="keeps silences and notification state; else lost with the pods")
    selector_labels: dict[str, str] = Field(
        default_factory=dict, description="labels that AlertmanagerConfig objects need to be selected (config)"
    )
    receivers: Annotated[dict[Name, Receiver], NotEmpty] = Field(description="by name")
    receiver: Name | None = Field(None, description="what no route takes; else the first receiver")
    severities: dict[Severity, Name] = Field(default_factory=dict, description="receivers by severity")
    routes: tuple[Route, ...] = Field((), description="routes of one's own, tried before teams and severities")
    matcher_strategy: Literal["onNamespace", "none"] = Field(
        "onNamespace",
        description="how that Alertmanager's alertmanagerConfigMatcherStrategy is set (config): onNamespace: an "
        "AlertmanagerConfig gets the alerts of its own namespace alone, so each namespace has one; none: one for all",
    )
    resolve_timeout: Interval = Field("5m", description="after what time without news an alert counts as resolved")
    inhibit: bool = Field(True, description="whether a critical alert silences the warnings of the same thing")
    time_intervals: dict[Name, TimeInterval] = Field(default_factory=dict, description="times that routes refer to")
    heartbeat: Heartbeat | None = Field(None, description="an alert that always fires, as a dead man's switch")
    url: Url | None = Field(None, description="where people reach it, for links in messages")

    @property
    def keys(self) -> tuple[SecretKey, ...]:
        """The keys that the receivers need, without repetition, by Secret and key."""
        found = {(each.secret, each.key): each for receiver in self.receivers.values() for each in _keys(receiver)}
        return tuple(found[each] for each in sorted(found))


def _keys(section: BaseModel) -> Iterator[SecretKey]:
    """Every key that a section names, however deep inside it."""
    for _, value in section:
        if isinstance(value, SecretKey):
            yield value
        elif isinstance(value, BaseModel):
            yield from _keys(value)
