"""Alerts that fire whatever happens, or never: no comparison, or one that is decided beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import COUNTING, Sort
from obsgen.promql import Node, Query
from obsgen.promql.values import OfSeries, Range, filters, is_filter, named_range, range_of, verdict
from obsgen.repository import Repository
from obsgen.repository.queries.expressions import Expression
from obsgen.repository.queries.meanings import Meaning

ID = "promql/comparison"
LEVEL = 3
SEVERITY = Severity.ERROR

_COUNTED = frozenset(("bytes", "errors", "events", "pods", "ratio", "replicas", "requests", "tokens"))
"""Units whose values are never below 0; seconds of a gauge may be an offset, or what is left."""


def check(repository: Repository) -> Iterator[Finding]:
    """What is certain is an error; an alert on the mere existence of a series may be meant, so it is a warning."""
    known = {id(each.expression): partial(_range, each) for each in repository.meanings}
    for expression in repository.expressions:
        if expression.kind == "alert" and expression.query:
            yield from _silence(expression, expression.query)
            yield from _decided(expression, expression.query, known.get(id(expression), named_range))


def _range(meaning: Meaning, selector: Node) -> Range:
    """The values of a series by its type and unit; that a share ends at 1 is told elsewhere."""
    reading, named = meaning.of(selector), named_range(selector)
    if reading.sort == Sort.FLAG:
        return Range(0.0, 1.0)
    counts = reading.sort in COUNTING or reading.unit in _COUNTED
    return Range(max(named.low, 0.0), named.high) if counts else named


def _silence(expression: Expression, query: Query) -> Iterator[Finding]:
    selectors = query.selectors()
    if selectors and not filters(query.root):
        message = "nothing in this expression can be false: the alert fires whenever the series exists"
        place = expression.place(query.root.start, query.root.length)
        yield Finding(ID, Severity.WARNING, message, place, "compare it with a threshold, such as > 0")


def _decided(expression: Expression, query: Query, of_series: OfSeries) -> Iterator[Finding]:
    deciding = set(map(id, _deciding(query.root)))
    for node in query.root.walk():
        if not is_filter(node):
            continue
        always = verdict(node, of_series)
        if always is None or (always and _is_existence(node)):
            continue
        severity = SEVERITY if id(node) in deciding else Severity.WARNING
        message = f"this comparison is {'always' if always else 'never'} true: {_why(node, of_series)}"
        place = expression.place(node.start, node.length)
        yield Finding(ID, severity, message, place, _hint(node, always))


def _deciding(node: Node) -> Iterator[Node]:
    """The comparisons on which the whole expression depends."""
    if is_filter(node):
        yield node
    elif node.kind in ("paren", "aggregate", "unary"):
        yield from _deciding(node.children[-1])
    elif node.name == "and":
        for child in node.children:
            yield from _deciding(child)
    elif node.name == "unless":
        yield from _deciding(node.children[0])


def _is_existence(node: Node) -> bool:
    """Whether a comparison that is always true asks if anything is there: count(x) > 0, absent(x) == 1."""
    return any(range_of(child).low >= 1 and child.kind in ("aggregate", "call") for child in node.children)


def _why(node: Node, of_series: OfSeries) -> str:
    side = node.children[1] if node.children[0].kind == "number" else node.children[0]
    low, high = range_of(side, of_series)
    what = side.name or "the value"
    if low == high:
        return f"{what} is {low:g} or absent"
    if high == float("inf"):
        return f"{what} is at least {low:g} or absent"
    return f"{what} is at most {high:g}" if low == -float("inf") else f"{what} lies between {low:g} and {high:g}"


def _hint(node: Node, always: bool) -> str:
    if always:
        return "compare with > instead of >=, or with a threshold that can be missed"
    if any(range_of(child).low >= 1 and child.kind != "number" for child in node.children):
        return "where nothing is there, there is no result: use absent(…), or add `or vector(0)`"
    return "compare with a value that it can reach"
