"""Series that only versions newer than those that run expose."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.exposure import State
from obsgen.repository import Repository
from obsgen.repository.queries.naming import at_version, called, certain, told

ID = "signal/not-yet"
LEVEL = 4
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error: facts say which version runs."""
    for lookup in repository.lookups:
        if lookup.verdict.state == State.NOT_YET and not lookup.is_spare:
            first = next(row for row in lookup.verdict.rows if row.since)
            message = (
                f"{at_version(lookup, repository.inventory, first)} does not expose {lookup.name} yet: "
                f"that begins with {first.since}"
            )
            yield told(ID, certain(lookup), message, lookup, called(lookup.verdict.instead) or f"run {first.since}")
