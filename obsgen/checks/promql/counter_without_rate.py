"""Counters compared, divided or read as a distribution without rate(): since the process began, not now."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import COUNTING, Sort
from obsgen.promql import Node
from obsgen.promql.labels import input_of
from obsgen.promql.values import is_filter
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Meaning, comparisons

ID = "promql/counter-without-rate"
LEVEL = 3
SEVERITY = Severity.ERROR

_ORDERS = frozenset((">", ">=", "<", "<="))
_TRANSPARENT = frozenset(("sum", "avg", "min", "max"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error where the type is known, else a warning by the name; what has ever happened may well be meant."""
    for meaning in repository.meanings:
        if meaning.expression.kind == "alert":
            yield from _compared(meaning)
        for node in meaning.root.walk():
            yield from _worked_out(meaning, node)


def _compared(meaning: Meaning) -> Iterator[Finding]:
    for one in comparisons(meaning):
        counter = _raw(one.side) if one.operator in _ORDERS and is_filter(one.node) else None
        if counter and _is_counter(meaning, counter, "_total") and meaning.of(counter).sort != Sort.BUCKET:
            known = meaning.of(counter).sort == Sort.COUNTER
            message = (
                f"{counter.name} is {'' if known else 'named like '}a counter: it grows until its process restarts"
            )
            hint = f"compare rate({counter.name}[5m]) or increase(…)"
            yield Finding(ID, Severity.WARNING, message, meaning.place(counter), hint)


def _worked_out(meaning: Meaning, node: Node) -> Iterator[Finding]:
    """Means and quantiles of all time since a process began."""
    if node.kind == "binary" and node.name == "/":
        over, under = map(_raw, node.children)
        if over and under and _is_mean(meaning, over, under):
            message = f"{over.name} / {under.name} is the mean since the process began"
            yield _finding(meaning, over, message, "divide the rate of one by the rate of the other")
    elif node.name == "histogram_quantile":
        buckets = _raw(input_of(node))
        if buckets and _is_counter(meaning, buckets, "_bucket"):
            message = f"the quantile of {buckets.name} without rate() is that of all time since the process began"
            yield _finding(meaning, buckets, message, f"take it of rate({buckets.name}[5m])")


def _is_counter(meaning: Meaning, node: Node, ending: str) -> bool:
    """Whether the series of a selector is a counter: by its type, or where nobody knows it by its name."""
    sort = meaning.of(node).sort
    plain = ":" not in node.name  # what others record may be a rate, whatever its name says
    return node.name.endswith(ending) and plain if sort == Sort.UNKNOWN else sort in COUNTING


def _is_mean(meaning: Meaning, over: Node, under: Node) -> bool:
    named = over.name.endswith("_sum") and under.name == over.name[:-4] + "_count"
    known = {meaning.of(each).sort for each in (over, under)}
    return known == {Sort.COUNTER} or (named and Sort.UNKNOWN in known)


def _raw(node: Node | None) -> Node | None:
    """The selector that a node passes on as it is; None if a function, operator or subquery is in between."""
    while node and (node.kind == "paren" or (node.kind == "aggregate" and node.name in _TRANSPARENT)):
        node = node.children[-1]
    return node if node and node.kind == "selector" else None


def _finding(meaning: Meaning, node: Node, message: str, hint: str) -> Finding:
    severity = SEVERITY if meaning.of(node).series else Severity.WARNING
    return Finding(ID, severity, message, meaning.place(node), hint)
