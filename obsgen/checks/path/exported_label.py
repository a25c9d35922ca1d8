"""Labels of an exporter's page that clash with those of its target: `pod` against `exported_pod`."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.asked import wanted
from obsgen.repository.queries.fates import sources
from obsgen.repository.queries.lookups import Lookup
from obsgen.signalpath.feeds import Feeds
from obsgen.signalpath.monitors import Endpoint

ID = "path/exported-label"
LEVEL = 5
SEVERITY = Severity.ERROR

_EXPORTED = "exported_"
_OF_TARGETS = frozenset(("instance", "job"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error where no series can have the label; a warning where it is likely to be that of the exporter's Pod."""
    for lookup in repository.lookups:
        asked = [each for each in wanted(lookup.node) if each.startswith(_EXPORTED) or each in _own(repository, lookup)]
        found = list(sources(repository, lookup)) if asked else []
        for label in asked if found else ():
            yield from _judged(repository, lookup, label, found)


def _judged(
    repository: Repository, lookup: Lookup, label: str, found: list[tuple[Feeds, Endpoint]]
) -> Iterator[Finding]:
    endpoints = [each for _, each in found]
    if label.startswith(_EXPORTED) and all(_honors(*each) for each in found):
        honoring = dict.fromkeys(each.at("honorLabels").place() for each in endpoints if each.honors_labels)
        notes = tuple(Note("honorLabels", each) for each in honoring)
        plain = label.removeprefix(_EXPORTED)
        message = f"no {lookup.name} has {label}: with honorLabels the page's own {plain} stays as it is"
        yield Finding(ID, SEVERITY, message, lookup.place, f"ask for {plain}", notes)
    elif label in _own(repository, lookup) and not any(each.honors_labels for each in endpoints):
        message = f"{label} of {lookup.name} is that of the exporter: the page's own is stored as {_EXPORTED}{label}"
        hint = f"ask for {_EXPORTED}{label}, or write honorLabels: true at the endpoint"
        where = tuple(Note("without honorLabels", each) for each in dict.fromkeys(one.place for one in endpoints))
        yield Finding(ID, Severity.WARNING, message, lookup.place, hint, where)


def _honors(feeds: Feeds, endpoint: Endpoint) -> bool:
    overridden = any(each.spec.get("overrideHonorLabels") for each in feeds.graph.prometheuses)
    return endpoint.honors_labels and not overridden


def _own(repository: Repository, lookup: Lookup) -> set[str]:
    """The labels of the page that clash with those of a target; by `job` and `instance` people mean the target's."""
    known = (repository.inventory.exporter(row.component) for row in lookup.verdict.rows if row.component)
    scrapes = [each.component.scrape for each in known]
    return {label for each in scrapes if each for label in each.page_labels} - _OF_TARGETS
