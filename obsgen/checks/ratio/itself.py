"""Series divided by themselves: without an aggregation each finds itself on the other side, and the share is 1."""

from __future__ import annotations

from collections.abc import Iterator

import promql_parser as pq

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import bare, matchers, selectors

ID = "ratio/itself"
LEVEL = 3
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the division: what each series is divided by is that series."""
    for expression in repository.expressions:
        for node in expression.query.root.walk() if expression.query else ():
            sides = [bare(each) for each in node.children] if _is_plain_division(node) else []
            if sides and _is_itself(*sides):
                name = next(selectors(sides[0])).name
                message = f"each series of {name} is divided by itself: this is always 1"
                hint = "add up both sides first: sum by (…) (part) / sum by (…) (whole)"
                yield Finding(ID, SEVERITY, message, expression.place(node.start, node.length), hint)


def _is_plain_division(node: Node) -> bool:
    """Whether series with the same labels are divided."""
    modifier = node.raw.modifier if isinstance(node.raw, pq.BinaryExpr) else None
    return node.name == "/" and not (modifier and modifier.matching)


def _is_itself(part: Node, whole: Node) -> bool:
    """Whether both sides are the same functions of the same series, of which the left one asks for some alone."""
    ours, others = list(part.walk()), list(whole.walk())
    same = [(one.kind, one.name) for one in ours] == [(one.kind, one.name) for one in others]
    simple = all(one.kind in ("call", "range", "selector", "paren", "number") for one in ours)
    return same and simple and all(map(_narrows, ours, others)) and any(one.kind == "selector" for one in ours)


def _narrows(one: Node, other: Node) -> bool:
    if isinstance(one.raw, pq.MatrixSelector) and isinstance(other.raw, pq.MatrixSelector):
        return bool(one.raw.range == other.raw.range)
    if isinstance(one.raw, pq.NumberLiteral) and isinstance(other.raw, pq.NumberLiteral):
        return bool(one.raw.val == other.raw.val)
    if isinstance(one.raw, pq.VectorSelector) and isinstance(other.raw, pq.VectorSelector):
        times = [(str(each.offset), str(each.at)) for each in (one.raw, other.raw)]
        asked = [{(each.name, str(each.op), each.value) for each in matchers(side)} for side in (one, other)]
        return bool(one.name) and times[0] == times[1] and asked[0] >= asked[1]
    return True
