"""rate() over a sum: counters restart one by one, and the sum hides it."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "promql/rate-after-sum"
LEVEL = 3
SEVERITY = Severity.ERROR

_COUNTER_FUNCTIONS = frozenset(("rate", "irate", "increase"))
_MIXES = frozenset(("sum", "avg", "max", "min"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the aggregation inside the subquery."""
    for expression in repository.expressions:
        for node in expression.query.root.walk() if expression.query else ():
            if node.kind != "call" or node.name not in _COUNTER_FUNCTIONS or node.children[0].kind != "subquery":
                continue
            inner = node.children[0].children[0]
            while inner.kind == "paren":
                inner = inner.children[0]
            if inner.kind == "aggregate" and inner.name in _MIXES:
                message = f"{node.name}() of '{inner.name}' takes the restart of one series for a jump of all"
                place = expression.place(inner.start, inner.length)
                yield Finding(ID, SEVERITY, message, place, f"{inner.name} the {node.name}s instead")
