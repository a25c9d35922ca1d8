"""Route tables: each case's labels are walked through the routes, and must reach the receivers that it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import RouteTable
from obsgen.repository.alerting.routecases import Case, cases
from obsgen.signalpath.resources import told
from obsgen.signalpath.routing import RoutingError

ID = "alertmanager/routes"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the receivers of a case that goes elsewhere, and at the path of a configuration that is not there."""
    for table in repository.route_tables:
        yield from _missing(table)
    for case in cases(repository):
        yield from _walked(case)


def _missing(table: RouteTable) -> Iterator[Finding]:
    if not Path(table.path.parent, table.configuration).exists() or not table.configuration:
        place = table.located.place(("configuration",))
        message = f"there is no {table.configuration or 'path'} whose routes could be walked"
        yield Finding(ID, SEVERITY, message, place, "name a kustomization's folder, or a file, relative to this file")


def _walked(case: Case) -> Iterator[Finding]:
    try:
        found = told(case.configuration, case.labels)
    except RoutingError:
        return  # alertmanager/structure tells of it where it stands
    if set(found) != set(case.receivers):
        name = case.labels.get("alertname", "this alert")
        message = f"{name} reaches {', '.join(found) or 'nobody'}, not {', '.join(case.receivers) or 'nobody'}"
        hint = "change the routes, or the case if this is what is wanted"
        yield Finding(ID, SEVERITY, message, case.located.place(("receivers",), key=True), hint)
