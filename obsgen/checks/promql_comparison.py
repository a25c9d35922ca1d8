"""Alerts that fire whatever happens, or never: no comparison, or one that is decided beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.expressions import Expression
from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Severity
from obsgen.promql import Node, Query
from obsgen.promql.values import filters, is_filter, range_of, verdict

ID = "promql/comparison"
LEVEL = 3
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """What is certain is an error; an alert on the mere existence of a series may be meant, so it is a warning."""
    for expression in repository.expressions:
        if expression.kind == "alert" and expression.query:
            yield from _silence(expression, expression.query)
            yield from _decided(expression, expression.query)


def _silence(expression: Expression, query: Query) -> Iterator[Finding]:
    selectors = query.selectors()
    if selectors and not filters(query.root):
        message = "nothing in this expression can be false: the alert fires whenever the series exists"
        place = expression.place(query.root.start, query.root.length)
        yield Finding(ID, Severity.WARNING, message, place, "compare it with a threshold, such as > 0")


def _decided(expression: Expression, query: Query) -> Iterator[Finding]:
    deciding = set(map(id, _deciding(query.root)))
    for node in query.root.walk():
        if not is_filter(node):
            continue
        always = verdict(node)
        if always is None or (always and _is_existence(node)):
            continue
        severity = SEVERITY if id(node) in deciding else Severity.WARNING
        message = f"this comparison is {'always' if always else 'never'} true: {_why(node)}"
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


def _why(node: Node) -> str:
    side = node.children[1] if node.children[0].kind == "number" else node.children[0]
    low, high = range_of(side)
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
