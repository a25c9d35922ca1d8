"""rate() and its kin over series that are no counters: the number means nothing."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import Reading, Sort
from obsgen.promql import Node
from obsgen.promql.labels import input_of
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Meaning

ID = "type/rate-of-gauge"
LEVEL = 4
SEVERITY = Severity.ERROR

_FUNCTIONS = frozenset(("rate", "irate", "increase", "resets"))
_WRONG = {
    Sort.GAUGE: "a gauge: each fall counts as a restart",
    Sort.FLAG: "0 or 1: each fall counts as a restart",
    Sort.QUANTILE: "a quantile, which rises and falls",
    Sort.TIME: "a moment, and no count of anything",
    Sort.INFO: "always 1: only its labels say something",
}


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the series, whose type is known."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            series = input_of(node) if node.name in _FUNCTIONS else None
            if series is not None and series.kind == "range":
                yield from _judged(meaning, node, series.children[0])


def _judged(meaning: Meaning, call: Node, selector: Node) -> Iterator[Finding]:
    reading = meaning.of(selector)
    if reading.sort in _WRONG:
        message = f"{call.name}() of {selector.name}, which is {_WRONG[reading.sort]}"
        yield Finding(ID, SEVERITY, message, meaning.place(selector), _hint(call, selector, reading))


def _hint(call: Node, selector: Node, reading: Reading) -> str:
    if reading.sort == Sort.TIME:
        return f"time() - {selector.name} is its age"
    if reading.sort == Sort.INFO:
        return "count by (…) of its labels"
    if call.name in ("increase", "resets"):
        return f"changes({selector.name}[…]) counts how often it changed, delta(…) by how much"
    return f"use {selector.name} as it is, avg_over_time(…) for its mean, deriv(…) for its slope"
