"""Series that older versions exposed, and those that run no longer do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from obsgen.findings import Finding, Severity
from obsgen.knowledge.exposure import State
from obsgen.repository import Repository
from obsgen.repository.queries.naming import at_version, called, certain, renamed, told

ID = "signal/removed"
LEVEL = 4
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error where facts say what runs; where nobody does, the newest version is meant: a warning without a fix."""
    for lookup in repository.lookups:
        if lookup.verdict.state == State.GONE and not lookup.is_spare:
            last = max(lookup.verdict.rows, key=lambda row: row.until is not None)
            since = f" since {last.until}" if last.until else ""
            message = f"{at_version(lookup, repository.inventory, last)} exposes no {lookup.name} any more{since}"
            hint = called(lookup.verdict.instead) or "nothing took its place: leave the query out"
            severity = certain(lookup)
            fix = renamed(lookup) if severity == Severity.ERROR else None
            yield replace(told(ID, severity, message, lookup, hint), fix=fix)
