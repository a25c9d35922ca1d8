"""Alerts of which nobody is told, whichever of their possible labels they have, and whenever it is."""

from __future__ import annotations

from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.destinations import Alerting, Destination, is_meant_silent, receiver_of, tells_somebody
from obsgen.repository.alerting.timeintervals import silencing
from obsgen.signalpath.delivery import Branch

_UNIMPORTANT = frozenset(("none", "info"))


def lost(alerting: Alerting) -> list[Alert]:
    """The alerts that reach nobody in any Alertmanager that may get them."""
    return [each for each in alerting.alerts if _is_lost(each, alerting)]


def _is_lost(alert: Alert, alerting: Alerting) -> bool:
    destinations = alerting.to(alert)
    return bool(destinations) and all(one.root and _all_silent(one, alert) for one in destinations)


def _all_silent(destination: Destination, alert: Alert) -> bool:
    return all(_is_silent(branch, destination, alert) for branch in destination.routes(alert.labels))


def _is_silent(branch: Branch, destination: Destination, alert: Alert) -> bool:
    receiver = receiver_of(branch)
    if receiver is None:
        return False
    if tells_somebody(receiver):
        return is_muted(branch, destination)
    severity = alert.labels("severity")
    chosen = branch is not destination.root or (severity is not None and severity <= _UNIMPORTANT)
    return not (is_meant_silent(receiver) and chosen)


def is_muted(branch: Branch, destination: Destination) -> bool:
    """Whether a route would tell somebody, and its time intervals never let it; the outermost one has none."""
    receiver = receiver_of(branch)
    told = receiver is not None and tells_somebody(receiver)
    return told and branch is not destination.root and silencing(branch) is not None
