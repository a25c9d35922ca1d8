"""Series that no version of their exporter has ever exposed."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.lookups import Lookup
from obsgen.checks.naming import alike, called, told
from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Severity
from obsgen.knowledge.exposure import State

ID = "signal/no-such-series"
LEVEL = 4
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error: the name is a known mistake, or belongs to a page of which every series is known."""
    for lookup in repository.lookups:
        if lookup.verdict.state == State.NEVER:
            yield told(ID, SEVERITY, _message(repository, lookup), lookup, _hint(repository, lookup))


def _message(repository: Repository, lookup: Lookup) -> str:
    instead = lookup.verdict.instead
    owners = [folder.component.title for folder in repository.inventory.owners(lookup.name)]
    whole = [row for row in instead if row.part and row.metric == lookup.name]
    if whole:
        return f"{lookup.name} is a {whole[0].type}: nothing is stored under its name alone"
    who = owners[0] if owners else repository.inventory.folder(instead[0].component).component.title
    return f"no version of {who} exposes {lookup.name}"


def _hint(repository: Repository, lookup: Lookup) -> str:
    return called(lookup.verdict.instead) or alike(lookup.name, repository.inventory.names)
