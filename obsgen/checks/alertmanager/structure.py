"""Configurations that Alertmanager refuses for their form, so that it goes on with the old one or does not start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from obsgen.findings import Finding, Place, Severity
from obsgen.hints import nearest
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import CHART_ROUTE, Configuration
from obsgen.repository.objects import Located
from obsgen.signalpath.routing import RoutingError, parsed

ID = "alertmanager/structure"
LEVEL = 2
SEVERITY = Severity.ERROR

# Source: prometheus/alertmanager 0.34.2, config/config.go.
_TOP = "event_recorder global inhibit_rules mute_time_intervals receivers route templates time_intervals tracing"
_ROUTE = (
    "active_time_intervals continue group_by group_interval group_wait labels match match_re matchers "
    "mute_time_intervals receiver repeat_interval routes"
)
_INTEGRATIONS = (
    "discord email incidentio jira mattermost msteams msteamsv2 opsgenie pagerduty pushover rocketchat slack sns "
    "telegram victorops webex webhook wechat"
)
_RECEIVER = ("labels", "name", *(f"{name}_configs" for name in _INTEGRATIONS.split()))
_NOT_OUTERMOST = ("matchers", "match", "match_re", "continue", "mute_time_intervals", "active_time_intervals")


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the key or value. Unknown keys and types of objects are left to their schema."""
    for one in repository.alertmanagers:
        yield from faults(one)


def faults(one: Configuration) -> Iterator[Finding]:
    """All for which one configuration is refused."""
    if one.broken:
        yield _told(f"no configuration of Alertmanager: {one.broken}", one.located.place())
        return
    yield from _outermost(one)
    yield from _receivers(one)
    yield from _times(one)
    yield from _matchers(one)
    if one.is_native:
        yield from _keys(one)


def _told(message: str, place: Place, hint: str = "") -> Finding:
    return Finding(ID, SEVERITY, message, place, hint)


def _outermost(one: Configuration) -> Iterator[Finding]:
    root = one.root
    if root is None:
        if one.is_native:
            hint = "add route: {receiver: …} with the receiver of what no other route takes"
            yield _told("there is no route: no alert reaches anybody", one.located.place((), key=True), hint)
        return
    if not root.value.get("receiver"):
        yield _told("the outermost route has no receiver", root.place((), key=True), "add receiver: …")
    for key in _NOT_OUTERMOST if one.is_native else ():
        if root.value.get(key):
            message = f"the outermost route takes every alert, so it has no {key}"
            yield _told(message, root.place((key,), key=True), "put it into a route below `routes:`")


def _receivers(one: Configuration) -> Iterator[Finding]:
    listed = one.located.at("receivers").items()
    yield from _names("receiver", listed)
    known = sorted({str(each.value["name"]) for each in listed if _is_named(each)})
    for route in one.routes():
        name = route.value.get("receiver")
        if route.value is CHART_ROUTE and name not in known:
            message = f"the chart's own route, which stays below yours, goes to receiver '{name}', which is not there"
            hint = f'add {{name: "{name}"}} to receivers, or write routes: []'
            yield _told(message, one.located.place(("route",), key=True), hint)
        elif isinstance(name, str) and name and name not in known:
            hint = nearest(name, known) if known else "add it to receivers:"
            yield _told(f"no receiver '{name}'", route.place(("receiver",)), hint)


def _is_named(item: Located) -> bool:
    return isinstance(item.value, dict) and bool(item.value.get("name"))


def _names(what: str, listed: Collection[Located]) -> Iterator[Finding]:
    """Names that are missing, or there twice."""
    named = [each for each in listed if _is_named(each)]
    counts = Counter(str(each.value["name"]) for each in named)
    for each in listed:
        if isinstance(each.value, dict) and not each.value.get("name"):
            yield _told(f"a {what} without a name", each.place((), key=True), "add name: …")
    for each in named:
        name = str(each.value["name"])
        if counts[name] > 1:
            counts[name] = 0
            yield _told(f"{what} '{name}' is there twice", each.place(("name",)), "give one another name")


def _times(one: Configuration) -> Iterator[Finding]:
    listed = [each for key in one.keys.intervals for each in one.located.at(key).items()]
    yield from _names("time interval", listed)
    known = sorted({str(each.value["name"]) for each in listed if _is_named(each)})
    for route in one.routes():
        for key in (one.keys.mute, one.keys.only):
            for name in route.at(key).items():
                if isinstance(name.value, str) and name.value not in known:
                    hint = nearest(name.value, known) if known else f"add it to {one.keys.intervals[0]}:"
                    yield _told(f"no time interval '{name.value}'", name.place(), hint)


def _matchers(one: Configuration) -> Iterator[Finding]:
    for route in one.routes():
        for matcher in one.matchers(route):
            try:
                parsed(one.text(matcher))
            except RoutingError as problem:
                yield _told(str(problem), matcher.place(), 'such as severity="critical" or team=~"ml|web"')
        grouped = route.value.get(one.keys.group_by)
        if isinstance(grouped, list) and "..." in grouped and len(grouped) > 1:
            message = "'...' groups by all labels, so others beside it make no sense"
            yield _told(message, route.place((one.keys.group_by,), key=True), "write ['...'] alone")


def _keys(one: Configuration) -> Iterator[Finding]:
    yield from _unknown(one.located, _TOP.split())
    for route in one.routes():
        yield from _unknown(route, _ROUTE.split())
    for receiver in one.located.at("receivers").items():
        if isinstance(receiver.value, dict):
            yield from _unknown(receiver, _RECEIVER)


def _unknown(owner: Located, known: Collection[str]) -> Iterator[Finding]:
    for key in owner.value:
        if key not in known:
            yield _told(f"unknown key '{key}'", owner.place((key,), key=True), nearest(str(key), sorted(known)))
