"""Shares that are added up: two halves are no whole."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.labels import is_vector
from obsgen.promql.values import is_filter
from obsgen.repository import Repository
from obsgen.repository.queries.asked import with_parents
from obsgen.repository.queries.meanings import Meaning

ID = "type/sum-of-shares"
LEVEL = 4
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the sum of a gauge that is a share of its own whole; over a count of them it is a mean."""
    for meaning in repository.meanings:
        for node, above in with_parents(meaning.root):
            is_sum = node.kind == "aggregate" and node.name == "sum" and not _counts(node.children[-1])
            if is_sum and not any(each.name == "/" and is_vector(each.children[1]) for each in above):
                yield from _judged(meaning, node)


def _judged(meaning: Meaning, node: Node) -> Iterator[Finding]:
    reading = meaning.of(node.children[-1])
    if reading.is_share and reading.unit:
        names = " and ".join(dict.fromkeys(row.name for row in reading.series))
        message = f"{names} is a share: the sum over several series is a share of nothing"
        yield Finding(ID, SEVERITY, message, meaning.place(node), "avg for the mean, max for the worst")


def _counts(node: Node) -> bool:
    """Whether what is added up are answers, such as `sum(x > bool 0.9)`."""
    return any(each.kind == "binary" and is_filter(each) for each in node.walk())
