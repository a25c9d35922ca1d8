"""Alerts of which nobody is told, whichever of their possible labels they have."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.checks.wording import listed
from obsgen.findings import Finding, Note, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.chartalertmanager import tree_of
from obsgen.repository.alerting.destinations import Destination, is_meant_silent, receiver_of
from obsgen.repository.alerting.silence import is_muted, lost
from obsgen.repository.objects import Located

ID = "route/nobody"
LEVEL = 5
SEVERITY = Severity.ERROR

_FEW = 3
"""So many alerts are told of one by one."""


def check(repository: Repository) -> Iterator[Finding]:
    """An error at a receiver without integrations, at the outermost one if no route takes many, else at alerts."""
    alerting = repository.alerting
    gone = lost(alerting)
    for destination in alerting.destinations:
        here = [each for each in gone if destination in alerting.to(each) and not _is_muted(each, destination)]
        if here:
            yield from _of(destination, here, len(alerting.of(destination)))


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Alerts go to an Alertmanager that is not among the files."""
    alerting = repository.alerting
    silent = set(map(tree_of, repository.silent_charts))  # of which route/chart-default tells
    known = [each for each in alerting.alerts if each.tree not in silent]
    homeless = [each for each in known if not any(one.root for one in alerting.to(each))]
    if homeless:
        names = listed(sorted({each.name for each in homeless}))
        text = f"an Alertmanager outside of the files tells somebody of {names}"
        yield Assumption(text, homeless[0].rule.located.place(("alert",)))


def _is_muted(alert: Alert, destination: Destination) -> bool:
    """Whether time intervals are to blame, which route/muted tells."""
    return any(is_muted(branch, destination) for branch in destination.routes(alert.labels))


def _of(destination: Destination, gone: list[Alert], total: int) -> Iterator[Finding]:
    by_receiver: dict[Place, tuple[Located, list[Alert]]] = {}
    for alert in gone:
        receiver = next(filter(None, map(receiver_of, destination.routes(alert.labels))))
        by_receiver.setdefault(receiver.place(), (receiver, []))[1].append(alert)
    for receiver, alerts in by_receiver.values():
        if not is_meant_silent(receiver):
            yield _empty(receiver, alerts)
        elif len(alerts) == total or len(alerts) > _FEW:
            yield _outermost(destination, receiver, alerts, total)
        else:
            yield from (_alert(each, destination, receiver) for each in alerts)


def _empty(receiver: Located, alerts: list[Alert]) -> Finding:
    name, place = receiver.at("name").value, receiver.place(("name",))
    message = f"receiver '{name}' has no integration, so nobody is told of {_names(alerts)}"
    hint = "add one, such as slack_configs or webhook_configs; call it null if nobody is to be told"
    return Finding(ID, SEVERITY, message, place, hint, _notes(alerts))


def _outermost(destination: Destination, receiver: Located, alerts: list[Alert], total: int) -> Finding:
    name = receiver.at("name").value
    taken = "any alert" if len(alerts) == total else f"{len(alerts)} of {total} alerts"
    message = f"no route takes {taken}, and the outermost receiver '{name}' tells nobody of {_names(alerts)}"
    root = destination.root.source.located if destination.root else receiver
    hint = "name a receiver with an integration here, or add routes that take them"
    return Finding(ID, SEVERITY, message, root.place(("receiver",)), hint, _notes(alerts))


def _alert(alert: Alert, destination: Destination, receiver: Located) -> Finding:
    place = (alert.written("severity") or alert.rule.located.at("alert")).place()
    name = receiver.at("name").value
    message = f"nobody is told of {alert.name}: no route takes it, and the outermost receiver '{name}' tells nobody"
    note = Note(f"the routes of {destination.name}", receiver.place(("name",)))
    return Finding(ID, SEVERITY, message, place, "give it labels that a route takes, or add a route", (note,))


def _names(alerts: list[Alert]) -> str:
    return listed(sorted({each.name for each in alerts}))


def _notes(alerts: list[Alert]) -> tuple[Note, ...]:
    places = {each.name: each.rule.located.place(("alert",)) for each in alerts}
    return tuple(Note(f"{name} ends here", place) for name, place in list(places.items())[:3])
