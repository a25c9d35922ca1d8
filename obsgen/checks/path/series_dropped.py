"""Series that expressions ask for, and that every endpoint which may have them drops before they are stored."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.fates import feeds_of
from obsgen.repository.queries.lookups import Lookup
from obsgen.signalpath.feeds import Fate, Feeds

ID = "path/series-dropped"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the series; a warning where an exporter of which nothing is known may have it, too."""
    for lookup in repository.lookups:
        if not lookup.is_spare:
            yield from _of_lookup(lookup, feeds_of(repository, lookup))


def _of_lookup(lookup: Lookup, feeds: list[Feeds]) -> Iterator[Finding]:
    fates = [each.fates(lookup.name) for each in feeds]
    related = [[fate for fate in each if fate.is_related] for each in fates]
    if not any(related) or any(fate.kept is not False for each in related for fate in each):
        return
    others = [fate for each in fates for fate in each if not fate.is_related and fate.kept is not False]
    monitors = {id(fate.endpoint.monitor) for each in related for fate in each}
    dropping = [fate for each in fates for fate in each if id(fate.endpoint.monitor) in monitors]
    severity = Severity.WARNING if others else Severity.ERROR
    message = f"{_what(lookup)}: {_who(dropping)} drops {lookup.name} before it is stored"
    hint = "let its name pass there, or ask for one that does"
    yield Finding(ID, severity, message, lookup.place, hint, tuple(dict.fromkeys(map(_note, dropping))))


def _what(lookup: Lookup) -> str:
    rule = lookup.expression.rule
    return f"nothing comes of {rule.name}" if rule else "nothing is shown"


def _who(fates: list[Fate]) -> str:
    names = dict.fromkeys(str(each.endpoint.monitor or "a scrape job") for each in fates)
    many = len(fates) > 1 and len(names) == 1
    return ("every endpoint of " if many else "") + " and ".join(names)


def _note(fate: Fate) -> Note:
    if fate.by is None:
        return Note("dropped here", fate.endpoint.place)
    verb = "keeps other names" if fate.by.step.action == "keep" else "drops it"
    return Note(verb, fate.by.located.place(("regex",)))
