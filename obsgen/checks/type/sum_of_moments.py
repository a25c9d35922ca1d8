"""Moments and codes that are added up or averaged: no such moment, no such code."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import Sort
from obsgen.repository import Repository

ID = "type/sum-of-moments"
LEVEL = 4
SEVERITY = Severity.ERROR

_MIXES = frozenset(("avg", "sum", "stddev", "stdvar"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the aggregation."""
    for meaning in repository.meanings:
        for node, _ in meaning.walk():
            inner = meaning.of(node.children[-1]) if node.kind == "aggregate" and node.name in _MIXES else None
            if inner and inner.sort == Sort.TIME and inner.series:
                name = inner.series[0].name
                message = f"{node.name} of {name}, whose values are moments: the result is none of them"
                hint = "max for the last one, count for how many there are"
                yield Finding(ID, SEVERITY, message, meaning.place(node), hint)
