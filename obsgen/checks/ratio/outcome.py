"""Shares of what went well that count all ends as good: the name says success, the series counts everything."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.inventory import Known
from obsgen.promql import Node
from obsgen.promql.labels import is_vector
from obsgen.repository import Repository
from obsgen.repository.queries.asked import bare, matchers, selectors
from obsgen.repository.queries.meanings import Meaning

ID = "ratio/outcome"
LEVEL = 4
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the series: of which ends an objective makes a success is a choice."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            share = _share(node)
            if share is not None:
                yield from _judged(meaning, share.children[0])


def _share(node: Node) -> Node | None:
    """The division in `1 - a / b`, which takes `a` for what went well."""
    if node.kind != "binary" or node.name != "-" or is_vector(node.children[0]):
        return None
    below = bare(node.children[1])
    return below if below.kind == "binary" and below.name == "/" else None


def _judged(meaning: Meaning, well: Node) -> Iterator[Finding]:
    for node in selectors(well):
        row = next((each for each in meaning.carried.rows(node) if each.outcome), None)
        label = row.outcome if row else ""
        if row and not any(each.name == label for each in matchers(node)):
            message = f"{node.name} counts every end, failures too: without {label} it is no count of successes"
            hint = f'write which ends are good, such as {node.name}{{{label}=~"{_values(row)}"}}'
            yield Finding(ID, SEVERITY, message, meaning.place(node), hint)


def _values(row: Known) -> str:
    return "|".join(each.value for each in row.values.get(row.outcome, ())[:2])
