"""Severities of alerts that no route knows, where routes go by severity."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.destinations import Destination, receiver_of, tells_somebody
from obsgen.signalpath.delivery import Branch
from obsgen.signalpath.routing import RoutingError, agrees

ID = "route/severity"
LEVEL = 5
SEVERITY = Severity.WARNING

_LABEL = "severity"
_ALIKE = 0.8
_LEFT_TO_THE_REST = frozenset(("warning", "info", "none"))
"""Values that people often leave to the outermost route."""


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the label."""
    alerting = repository.alerting
    used = {written.value for alert in alerting.alerts if (written := alert.written(_LABEL))}
    for alert in alerting.alerts:
        value = alert.written(_LABEL)
        if value and "{{" not in value.value and value.value not in _LEFT_TO_THE_REST:
            for destination in alerting.to(alert):
                yield from _for(alert, value.value, destination, used)


def _for(alert: Alert, value: str, destination: Destination, used: set[str]) -> Iterator[Finding]:
    """A value that routes know and no alert has is told of at the route (`route/unused`)."""
    asking = [each for each in destination.branches if any(m[0] == _LABEL for m in each.matchers)]
    known = sorted({m[2] for each in asking for m in each.matchers if m[:2] == (_LABEL, "=")} & used)
    if not destination.root or not known or any(_takes(each, value) for each in asking):
        return
    rest, written = receiver_of(destination.root), alert.written(_LABEL)
    if get_close_matches(value, known, 1, _ALIKE) or (rest and not tells_somebody(rest)):
        return  # rules/severity tells of misspelt ones, route/nobody of those that end there
    message = f"no route of {destination.name} knows severity={value}: the outermost receiver gets {alert.name}"
    hint = f"routes know {', '.join(known)}"
    note = Note("one of the routes that go by severity", asking[0].source.located.place((), key=True))
    if written:
        yield Finding(ID, SEVERITY, message, written.place(), hint, (note,))


def _takes(branch: Branch, value: str) -> bool:
    try:
        return all(agrees(each, {_LABEL: value}) for each in branch.matchers if each[0] == _LABEL)
    except RoutingError:
        return True
