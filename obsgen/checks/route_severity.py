"""Severities of alerts that no route knows, where routes go by severity."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.alerting import Destination, receiver_of, tells_somebody
from obsgen.checks.alerts import Alert
from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Note, Severity
from obsgen.hints import closest
from obsgen.signalpath.delivery import Branch
from obsgen.signalpath.routing import RoutingError, agrees

ID = "route/severity"
LEVEL = 5
SEVERITY = Severity.WARNING

_LABEL = "severity"
_LEFT_TO_THE_REST = frozenset(("warning", "info", "none"))
"""Values that people often leave to the outermost route."""


def check(repository: Repository) -> Iterator[Finding]:
    """At the label: a warning if a value that routes know is near, else an information."""
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
    near, written = closest(value, known), alert.written(_LABEL)
    rest = receiver_of(destination.root)
    if not near and rest and not tells_somebody(rest):
        return  # route/nobody tells of it
    severity = SEVERITY if near else Severity.INFO
    message = f"no route of {destination.name} knows severity={value}: the outermost receiver gets {alert.name}"
    hint = f"did you mean {near!r}?" if near else f"routes know {', '.join(known)}"
    note = Note("one of the routes that go by severity", asking[0].source.located.place((), key=True))
    if written:
        yield Finding(ID, severity, message, written.place(), hint, (note,))


def _takes(branch: Branch, value: str) -> bool:
    try:
        return all(agrees(each, {_LABEL: value}) for each in branch.matchers if each[0] == _LABEL)
    except RoutingError:
        return True
