"""Series that no version of their exporter has ever exposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from obsgen.checks.result import Assumption
from obsgen.facts import tree_facts
from obsgen.findings import Finding, Fix, Severity
from obsgen.knowledge.exposure import State
from obsgen.repository import Repository
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.naming import alike, called, slip, told

ID = "signal/no-such-series"
LEVEL = 4
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error for a known mistake or an exporter's prefix; else a warning: it is only alike, or of others."""
    inventory = repository.inventory
    for lookup in repository.lookups:
        foreign = inventory.elsewhere(lookup.name)
        if lookup.verdict.state == State.NEVER and not (foreign and lookup.is_spare):
            certain = not foreign and bool(inventory.meant(lookup.name) or inventory.owners(lookup.name))
            severity = SEVERITY if certain else Severity.WARNING
            found = told(ID, severity, _message(repository, lookup), lookup, _hint(repository, lookup))
            yield replace(found, fix=_respelt(lookup) if certain else None)
        elif lookup.verdict.state == State.UNKNOWN and not lookup.is_recorded:
            yield from _slip(repository, lookup)


def _slip(repository: Repository, lookup: Lookup) -> Iterator[Finding]:
    """A name with a slip, or without its ending: certain in a rendered tree, which asks for known ones alone."""
    siblings = repository.inventory.siblings(lookup.name)
    meant = slip(lookup.name, siblings) if siblings else ""
    if meant:
        who = repository.inventory.owners(lookup.name)[0].component.title
        severity = SEVERITY if tree_facts(Path(lookup.expression.located.file)) else Severity.WARNING
        message = f"no known version of {who} exposes {lookup.name}"
        yield told(ID, severity, message, lookup, f"did you mean {meant}?")


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Series that no component knows, each once: something is taken to expose them."""
    seen: set[str] = set()
    for lookup in repository.lookups:
        if lookup.verdict.state == State.UNKNOWN and lookup.name not in seen:
            seen.add(lookup.name)
            text = f"something exposes {lookup.name}, which no component knows and nobody has declared"
            yield Assumption(text, lookup.place)


def _respelt(lookup: Lookup) -> Fix | None:
    """The right name, where it differs in its signs and in the ending of counters alone."""
    names = {row.name for row in lookup.verdict.instead if _letters(row.name) == _letters(lookup.name)}
    return Fix(lookup.place, lookup.name, names.pop()) if len(names) == 1 and lookup.has_plain_name else None


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.removesuffix("_total")))


def _message(repository: Repository, lookup: Lookup) -> str:
    instead = lookup.verdict.instead
    owners = repository.inventory.owners(lookup.name)
    whole = [row for row in instead if row.part and row.metric == lookup.name]
    if whole:
        return f"{lookup.name} is a {whole[0].type}: nothing is stored under its name alone"
    exporter = owners[0] if owners else repository.inventory.exporter(instead[0].component)
    if whose := repository.inventory.elsewhere(lookup.name):
        return f"{lookup.name} is of {whose}: {exporter.component.title} exposes no such series"
    known = exporter.component.versions
    since = f" since {known.known[0]}" if known else ""
    return f"no version of {exporter.component.title}{since} exposes {lookup.name}"


def _hint(repository: Repository, lookup: Lookup) -> str:
    return called(lookup.verdict.instead) or alike(lookup.name, repository.inventory.siblings(lookup.name))
