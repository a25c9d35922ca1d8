"""Routes whose time intervals leave them no moment to tell anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from obsgen.checks.wording import listed
from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.destinations import Destination
from obsgen.repository.alerting.silence import is_muted, lost
from obsgen.repository.alerting.timeintervals import Silencing, silencing
from obsgen.signalpath.delivery import Branch

ID = "route/muted"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the intervals if nobody else is told of some alert, else a warning."""
    gone = lost(repository.alerting)
    for destination in repository.alerting.destinations:
        here = [each for each in gone if destination in repository.alerting.to(each)]
        for branch in destination.branches:
            found = silencing(branch) if is_muted(branch, destination) else None
            if found:
                yield _told(branch, found, [each for each in here if _takes(branch, destination, each)])


def _takes(branch: Branch, destination: Destination, alert: Alert) -> bool:
    return any(each is branch for each in destination.routes(alert.labels))


def _told(branch: Branch, found: Silencing, gone: Sequence[Alert]) -> Finding:
    names = listed([str(each.value) for each in found.located.items()])
    message = f"this route {found.how} ({names}): receiver '{branch.receiver}' is never told"
    if gone:
        message += f", nor is anybody else of {listed(sorted({each.name for each in gone}))}"
    places = {each.name: each.rule.located.place(("alert",)) for each in gone}
    notes = tuple(Note(f"{name} ends here", place) for name, place in list(places.items())[:3])
    hint = "correct the intervals, or remove the route; a receiver called null says that nobody is to be told"
    severity = SEVERITY if gone else Severity.WARNING
    return Finding(ID, severity, message, found.located.place((), key=True), hint, notes)
