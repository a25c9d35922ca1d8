"""Rules that nobody loads: no `ruleSelector` takes their object."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.scraping.overlooked import overlooked
from obsgen.signalpath.exporters import place_of
from obsgen.signalpath.prometheuses import RULES
from obsgen.signalpath.selectors import either

ID = "path/rules-not-selected"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the object; where a Prometheus has no ruleSelector, one there."""
    for graph in (each.graph for each in repository.feeds):
        yield from overlooked(ID, RULES, [(each, graph.loads(each)) for each in graph.rules])


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """That a Prometheus outside of the files loads what nobody says is loaded."""
    for graph in (each.graph for each in repository.feeds):
        for rules in graph.rules:
            found = graph.loads(rules)
            if not found or either(each.answer for each in found) is None:
                yield Assumption(f"a Prometheus loads {rules}", place_of(rules))
