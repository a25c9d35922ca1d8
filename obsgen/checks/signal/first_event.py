"""Growth of counters that are born with their first event: that one is never seen."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.labels import input_of
from obsgen.repository import Repository
from obsgen.repository.queries.asked import looks_back, with_parents
from obsgen.repository.queries.meanings import Meaning, comparisons

ID = "signal/first-event"
LEVEL = 4
SEVERITY = Severity.INFO

_GROWTH = frozenset(("increase", "rate", "irate"))
_RISING = frozenset((">", ">="))


def check(repository: Repository) -> Iterator[Finding]:
    """Information: from the second event on it fires, and a Prometheus that ingests created timestamps sees the first.

    Told of alerts that the first event should fire: growth compared with 0, and nothing that looks back.
    """
    for meaning in repository.meanings:
        if meaning.expression.kind == "alert" and not looks_back(meaning.root):
            for one in comparisons(meaning):
                if one.operator in _RISING and one.limit == 0:
                    yield from _judged(meaning, one.side)


def _judged(meaning: Meaning, side: Node) -> Iterator[Finding]:
    for node, above in with_parents(side):
        series = input_of(node) if node.name in _GROWTH else None
        if series is None or series.kind != "range" or any(each.kind == "binary" for each in above):
            continue
        selector = series.children[0]
        rows = meaning.carried.rows(selector)
        if rows and all(row.starts_at == "first" for row in rows):
            name = selector.name
            message = f"{name} is born with its first event, at 1: {node.name}() has nothing before it and gives 0"
            hint = f"({name} unless {name} offset 5m) or {node.name}({name}[5m]) > 0 sees it"
            yield Finding(ID, SEVERITY, message, meaning.place(selector), hint)
