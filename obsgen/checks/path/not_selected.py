"""Monitors that no Prometheus selects: nothing that they point at is scraped."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.scraping.overlooked import overlooked
from obsgen.signalpath.monitors import SELECTORS

ID = "path/not-selected"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the monitor; where a Prometheus has no selector for its kind, one there."""
    for graph in (each.graph for each in repository.feeds):
        for kind, of in SELECTORS.items():
            found = [(each.object, graph.selections(each)) for each in graph.monitors if each.kind == kind]
            yield from overlooked(ID, of, found)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """That a Prometheus outside of the files selects what nobody says is selected."""
    for graph in (each.graph for each in repository.feeds):
        for monitor in graph.monitors:
            if graph.is_scraped(monitor) is None:
                yield Assumption(f"a Prometheus selects {monitor}", monitor.place)
