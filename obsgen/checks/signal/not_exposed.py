"""Series that their exporter exposes only with an option that is not chosen."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.exposure import State
from obsgen.repository import Repository
from obsgen.repository.queries.naming import called, title, told

ID = "signal/not-exposed"
LEVEL = 4
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error where facts say how the exporter is run; else a warning, since it may well be run so."""
    for lookup in repository.lookups:
        if lookup.verdict.state == State.OFF and not lookup.is_spare:
            row = next(row for row in lookup.verdict.rows if row.when)
            known = lookup.facts.running(row.component)
            severity = Severity.ERROR if known else Severity.WARNING
            message = f"{title(repository.inventory, row)} exposes {lookup.name} only {_condition(row.when)}"
            hint = called(lookup.verdict.instead) or f"choose it, and say so in facts: `obsgen explain {row.component}`"
            yield told(ID, severity, message, lookup, hint)


def _condition(when: str | None) -> str:
    """A condition on options in words."""
    plain = (when or "").replace("options.", "")
    return f"with the option {plain}" if plain.isidentifier() else f"where {plain}"
