"""What becomes of the series that expressions ask for, in the places that they are asked in."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.repository import Repository
from obsgen.signalpath.feeds import Feeds
from obsgen.signalpath.monitors import Endpoint


def feeds_of(repository: Repository, lookup: Lookup) -> list[Feeds]:
    """The place that an expression is evaluated in; of a board all of them."""
    return repository.feeds_by_facts.get(id(lookup.facts)) or repository.feeds


def sources(repository: Repository, lookup: Lookup) -> Iterator[tuple[Feeds, Endpoint]]:
    """The endpoints from which a series surely comes, if it is not dropped."""
    for each in feeds_of(repository, lookup):
        for endpoint in each.sources(lookup.name):
            yield each, endpoint


def scraped(repository: Repository, lookup: Lookup) -> tuple[int, Endpoint] | None:
    """How often a series is scraped at least, in milliseconds, and where; None if nobody can say."""
    found = [pace for each in feeds_of(repository, lookup) if (pace := each.pace(lookup.name))]
    known = [(pace.interval, pace.endpoint) for pace in found if pace.interval is not None]
    return min(known, key=lambda each: each[0]) if known and len(known) == len(found) else None
