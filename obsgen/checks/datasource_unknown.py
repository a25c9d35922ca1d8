"""Dashboards that ask a datasource which their Grafana does not have."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.grafanas import Grafanas, Use, variables
from obsgen.checks.repository import Repository
from obsgen.checks.result import Assumption
from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Severity
from obsgen.hints import did_you_mean

ID = "datasource/unknown"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error if a near one is there, or the Grafana is among the files; else a warning."""
    found = repository.grafanas
    for use in found.uses:
        if use.names_one and found.known(use.board) and not found.named(use):
            yield _finding(use, found)
    for board in found.boards:
        types = {each.type for each in found.known(board)}
        for name, variable in variables(board).items():
            wanted = variable.at("query").value
            if variable.at("type").value == "datasource" and types and isinstance(wanted, str) and wanted not in types:
                message = f"variable {name} offers nothing: no datasource of the files has the type {wanted}"
                hint = f"types that are there: {', '.join(sorted(types))}"
                yield Finding(ID, Severity.WARNING, message, variable.place(("query",)), hint)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Datasources of a Grafana that is not among the files."""
    found = repository.grafanas
    for use in found.uses:
        if use.names_one and not found.known(use.board):
            yield Assumption(f"Grafana has a datasource {use.wanted}", use.located.place())


def _finding(use: Use, found: Grafanas) -> Finding:
    known = found.known(use.board)
    names = sorted({text for each in known for text in (each.uid, each.name) if text})
    near = any(is_slip(use.wanted, each) for each in names)
    severity = SEVERITY if near or found.is_there else Severity.WARNING
    message = f"no datasource of the files has the uid or name {use.wanted}"
    hint = did_you_mean(use.wanted, names) or f"there are {', '.join(names)}"
    notes = tuple(Note(f"datasource {each.name}", each.located.place(("name",))) for each in known[:3])
    return Finding(ID, severity, message, use.located.place(), hint, notes)
