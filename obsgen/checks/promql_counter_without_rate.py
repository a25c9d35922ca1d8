"""Counters compared, divided or read as a distribution without rate(): since the process began, not now."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.expressions import Expression
from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.labels import input_of
from obsgen.promql.values import is_filter

ID = "promql/counter-without-rate"
LEVEL = 3
SEVERITY = Severity.WARNING

_ORDERS = frozenset((">", ">=", "<", "<="))
_TRANSPARENT = frozenset(("sum", "avg", "min", "max"))


def check(repository: Repository) -> Iterator[Finding]:
    """Warnings only: a name says much about a metric, its TYPE line would say all."""
    for expression in repository.expressions:
        if expression.query:
            for node in expression.query.root.walk():
                yield from _node(expression, node)


def _node(expression: Expression, node: Node) -> Iterator[Finding]:
    if node.kind == "binary" and node.name in _ORDERS and is_filter(node) and expression.kind == "alert":
        counter = _raw(node.children[0])
        if counter and counter.name.endswith("_total") and node.children[1].kind == "number":
            message = f"{counter.name} is named like a counter: it grows until its process restarts"
            yield _finding(expression, counter, message, f"compare rate({counter.name}[5m]) or increase(…)")
    elif node.kind == "binary" and node.name == "/":
        over, under = map(_raw, node.children)
        if over and under and over.name.endswith("_sum") and under.name == over.name[:-4] + "_count":
            message = f"{over.name} / {under.name} is the mean since the process began"
            yield _finding(expression, over, message, "divide the rate of one by the rate of the other")
    elif node.name == "histogram_quantile":
        buckets = _raw(input_of(node))
        if buckets and buckets.name.endswith("_bucket") and ":" not in buckets.name:
            message = f"the quantile of {buckets.name} without rate() is that of all time since the process began"
            yield _finding(expression, buckets, message, f"take it of rate({buckets.name}[5m])")


def _raw(node: Node | None) -> Node | None:
    """The selector that a node passes on as it is; None if a function, operator or subquery is in between."""
    while node and (node.kind == "paren" or (node.kind == "aggregate" and node.name in _TRANSPARENT)):
        node = node.children[-1]
    return node if node and node.kind == "selector" else None


def _finding(expression: Expression, node: Node, message: str, hint: str) -> Finding:
    return Finding(ID, SEVERITY, message, expression.place(node.start, node.length), hint)
