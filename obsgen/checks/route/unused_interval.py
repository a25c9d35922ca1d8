"""Time intervals that no route names."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.timeintervals import intervals, used

ID = "route/unused-interval"
LEVEL = 5
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the interval's name; those of an object are for its own routes alone."""
    for configuration in repository.alertmanagers:
        names = {each.value for each in used(configuration)}
        listed = intervals(configuration) if configuration.root else []
        if not names <= {each.value["name"] for each in listed}:
            continue  # a misspelt name explains it, and is told of itself
        for interval in listed:
            if interval.value["name"] not in names:
                message = f"no route names time interval '{interval.value['name']}': it mutes and activates nothing"
                hint = f"name it in {configuration.keys.mute} or {configuration.keys.only} of a route, or remove it"
                yield Finding(ID, SEVERITY, message, interval.place(("name",)), hint)
