"""Divisions of a part by its whole: whatever the series are, the result lies between 0 and 1."""

from __future__ import annotations

from collections.abc import Iterator

import promql_parser as pq

from obsgen.promql import Node
from obsgen.repository.queries.asked import bare, matchers

_GROWING = ("sum", "count", "rate", "increase", "irate", "max")
"""What gives no more of a part of some series than of all of them, as long as none is negative."""


def is_part_of_whole(node: Node) -> bool:
    """Whether something is divided by a sum that has it in it, or by the same of more series."""
    division = bare(node)
    if division.kind != "binary" or division.name != "/":
        return False
    part, whole = map(bare, division.children)
    return any(str(part.raw) == str(each.raw) for each in _summands(whole)) or _is_of_more(part, whole)


def _summands(node: Node) -> Iterator[Node]:
    """The terms of a sum; of anything else nothing."""
    if node.kind == "binary" and node.name == "+":
        for each in map(bare, node.children):
            yield from (each,) if each.kind != "binary" or each.name != "+" else _summands(each)


def _is_of_more(part: Node, whole: Node) -> bool:
    """Whether both are the same functions of the same series, of which the part asks for some alone."""
    ours, others = list(part.walk()), list(whole.walk())
    if len(ours) != len(others) or not any(each.kind == "aggregate" for each in ours):
        return False
    return all(map(_is_like, ours, others))


def _is_like(one: Node, other: Node) -> bool:
    if (one.kind, one.name) != (other.kind, other.name):
        return False
    if isinstance(one.raw, pq.AggregateExpr) and isinstance(other.raw, pq.AggregateExpr):
        return one.name in _GROWING and str(one.raw.modifier) == str(other.raw.modifier)
    if one.kind == "call":
        return one.name in _GROWING
    if isinstance(one.raw, pq.MatrixSelector) and isinstance(other.raw, pq.MatrixSelector):
        return bool(one.raw.range == other.raw.range)
    if isinstance(one.raw, pq.VectorSelector) and isinstance(other.raw, pq.VectorSelector):
        times = [(str(each.offset), str(each.at)) for each in (one.raw, other.raw)]
        return bool(one.name) and times[0] == times[1] and _asked(one) > _asked(other)
    return one.kind == "paren"


def _asked(selector: Node) -> set[tuple[str, str, str]]:
    return {(each.name, str(each.op), each.value) for each in matchers(selector)}
