"""Series that expressions ask for, and that every endpoint which may have them drops before they are stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from obsgen.facts import tree_facts
from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.fates import feeds_of
from obsgen.repository.queries.lookups import Lookup
from obsgen.signalpath.feeds import Fate, Feeds

ID = "path/series-dropped"
LEVEL = 5
SEVERITY = Severity.ERROR

_AND = " and "


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the series; a warning where an exporter of which nothing is known may have it, too.

    A warning at a keep list of a rendered tree that lacks what another page of the same program keeps.
    """
    for lookup in repository.lookups:
        if not lookup.is_spare:
            yield from _of_lookup(lookup, feeds_of(repository, lookup))
    once = {id(each.by): (each, lookup) for lookup in repository.lookups for each in _at_one_page(repository, lookup)}
    for fate, lookup in once.values():
        yield _lacking(fate, lookup)


def _at_one_page(repository: Repository, lookup: Lookup) -> Iterator[Fate]:
    """Where a declared series is dropped that is kept from another page of its program.

    A rendered tree keeps the same names from all pages, since nobody says which page has which.
    """
    declared = bool(lookup.verdict.rows) and not any(row.component for row in lookup.verdict.rows)
    if declared and tree_facts(Path(lookup.expression.located.file)):
        fates = [fate for each in feeds_of(repository, lookup) for fate in each.fates(lookup.name)]
        kept = {id(fate.endpoint.monitor) for fate in fates if fate.is_related and fate.kept}
        yield from (fate for fate in fates if fate.kept is False and fate.by and id(fate.endpoint.monitor) in kept)


def _lacking(fate: Fate, lookup: Lookup) -> Finding:
    message = f"{lookup.name} is kept from another page of {fate.endpoint.monitor}, and dropped where this one has it"
    place = fate.by.located.place(("regex",)) if fate.by else fate.endpoint.place
    return Finding(ID, Severity.WARNING, message, place, "add it here", (Note("asked for here", lookup.place),))


def _of_lookup(lookup: Lookup, feeds: list[Feeds]) -> Iterator[Finding]:
    fates = [each.fates(lookup.name) for each in feeds]
    related = [[fate for fate in each if fate.is_related] for each in fates]
    if not any(related) or any(fate.kept is not False for each in related for fate in each):
        return
    others = [fate for each in fates for fate in each if not fate.is_related and fate.kept is not False]
    monitors = {id(fate.endpoint.monitor) for each in related for fate in each}
    dropping = [fate for each in fates for fate in each if id(fate.endpoint.monitor) in monitors]
    severity = Severity.WARNING if others else Severity.ERROR
    who = _who(dropping)
    verb = "drop" if _AND in who else "drops"
    message = f"{_what(lookup)}: {who} {verb} {lookup.name} before it is stored"
    hint = "let its name pass there, or ask for one that does"
    yield Finding(ID, severity, message, lookup.place, hint, tuple(dict.fromkeys(map(_note, dropping))))


def _what(lookup: Lookup) -> str:
    rule = lookup.expression.rule
    return f"nothing comes of {rule.name}" if rule else "nothing is shown"


def _who(fates: list[Fate]) -> str:
    names = dict.fromkeys(str(each.endpoint.monitor or "a scrape job") for each in fates)
    many = len(fates) > 1 and len(names) == 1
    return ("every endpoint of " if many else "") + _AND.join(names)


def _note(fate: Fate) -> Note:
    if fate.by is None:
        return Note("dropped here", fate.endpoint.place)
    verb = "keeps other names" if fate.by.step.action == "keep" else "drops it"
    return Note(verb, fate.by.located.place(("regex",)))
