"""Quantiles that are averaged or added up: the result is the quantile of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import Reading, Sort
from obsgen.repository import Repository

ID = "type/average-of-quantiles"
LEVEL = 4
SEVERITY = Severity.ERROR

_MIXES = frozenset(("avg", "sum"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error for a sum, a warning for an average, which people may want to look at all the same."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            mixes = node.kind == "aggregate" and node.name in _MIXES
            inner = meaning.of(node.children[-1]) if mixes else None
            if inner and inner.sort == Sort.QUANTILE:
                severity = SEVERITY if node.name == "sum" else Severity.WARNING
                message = f"{node.name} of quantiles: the result is the quantile of no set of requests"
                yield Finding(ID, severity, message, meaning.place(node), _hint(inner))


def _hint(quantiles: Reading) -> str:
    if any(row.part == "_bucket" for row in quantiles.series):
        return "add up the buckets by le, and take one quantile of all"
    return "show the max"
