"""Series that the versions which run still expose, and say that they will not for long."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.components.versions import within
from obsgen.findings import Finding, Severity
from obsgen.knowledge.exposure import State, exposed, versions_of
from obsgen.knowledge.inventory import Inventory, Known
from obsgen.repository import Repository
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.naming import called, title, told

ID = "signal/deprecated"
LEVEL = 4
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning where something else is there already; what runs is sure, or it is not told."""
    for lookup in repository.lookups:
        if lookup.verdict.state == State.THERE and not lookup.is_spare:
            yield from _lookup(repository.inventory, lookup)


def _lookup(inventory: Inventory, lookup: Lookup) -> Iterator[Finding]:
    for row in [row for row in lookup.verdict.rows if row.deprecated][:1]:
        better = [each for each in inventory.rows(row) if _better(each, row) and exposed(inventory, each, lookup.facts)]
        if better and _runs_late(inventory, lookup, row):
            name = title(inventory, row)
            message = f"{name} calls {lookup.name} deprecated since {row.deprecated}"
            yield told(ID, SEVERITY, message, lookup, called(better))


def _runs_late(inventory: Inventory, lookup: Lookup, row: Known) -> bool:
    """Whether a version runs that says so."""
    exporter = inventory.exporter(row.component)
    running = dict.fromkeys(each.versions for each in lookup.facts.deployed(row.component))
    versions = [version for each in running for version in versions_of(exporter, each)]
    return any(within(version, row.deprecated, row.until) for version in versions)


def _better(other: Known, row: Known) -> bool:
    return other.name != row.name and other.deprecated is None and other.until is None
