"""What values an expression can have, and whether an alert on it can fire, or be silent, at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import promql_parser as pq

from obsgen.promql.labels import input_of, is_vector
from obsgen.promql.tree import Node

COMPARISONS = frozenset(("==", "!=", ">", "<", ">=", "<="))


class Range(NamedTuple):
    """The lowest and highest value that is possible; NaN aside."""

    low: float = -math.inf
    high: float = math.inf


ANY, NOT_NEGATIVE, AT_LEAST_ONE, ONE = Range(), Range(0.0), Range(1.0), Range(1.0, 1.0)
_NEVER_NEGATIVE = "abs changes exp increase irate rate resets sqrt stddev_over_time stdvar_over_time"
_CALLS = dict.fromkeys(_NEVER_NEGATIVE.split(), NOT_NEGATIVE) | {
    "absent": ONE,
    "absent_over_time": ONE,
    "present_over_time": ONE,
    "count_over_time": AT_LEAST_ONE,
}
_OF_COUNTERS = frozenset(("increase", "irate", "rate"))
_AGGREGATES = {
    "count": AT_LEAST_ONE,
    "count_values": AT_LEAST_ONE,
    "group": ONE,
    "stddev": NOT_NEGATIVE,
    "stdvar": NOT_NEGATIVE,
}
_KEEPS_RANGE = frozenset(("avg", "bottomk", "limit_ratio", "limitk", "max", "min", "topk"))
_SERIES = {"up": Range(0.0, 1.0)}


def filters(node: Node) -> bool:
    """Whether the result can be empty though the series it asks for exist."""
    if node.kind == "selector":
        return node.name == "ALERTS"  # it exists only while an alert is pending or firing
    if is_filter(node) or node.name in ("and", "unless", "absent", "absent_over_time"):
        return True
    if node.name == "scalar" and node.kind == "call":
        return False
    found = [filters(child) for child in node.children if is_vector(child)]
    return all(found) and bool(found) if node.name == "or" else any(found)


def is_filter(node: Node) -> bool:
    """Whether a node is a comparison that drops series, not one that yields 0 and 1."""
    if not isinstance(node.raw, pq.BinaryExpr) or node.name not in COMPARISONS:
        return False
    return not (node.raw.modifier and node.raw.modifier.return_bool)


def named_range(selector: Node) -> Range:
    """The values that the series of a selector can have, by its name alone."""
    return _SERIES.get(selector.name, ANY)


OfSeries = Callable[[Node], Range]
"""The values that the series of a selector can have."""


def verdict(node: Node, of_series: OfSeries = named_range) -> bool | None:
    """What a comparison always is, whatever the data: True, False, or None where that depends."""
    left, right = (range_of(child, of_series) for child in node.children)
    if node.name in ("<", "<="):
        left, right = right, left
    if node.name in (">", "<"):
        return _decided(left.low > right.high, left.high <= right.low)
    if node.name in (">=", "<="):
        return _decided(left.low >= right.high, left.high < right.low)
    apart = left.low > right.high or left.high < right.low
    same = left == right and left.low == left.high
    return _decided(same, apart) if node.name == "==" else _decided(apart, same)


def range_of(node: Node, of_series: OfSeries = named_range) -> Range:
    """The values that the node's result can have; `of_series` may know more of what is asked for."""
    if isinstance(node.raw, pq.NumberLiteral):
        return _known(node.raw.val, node.raw.val)
    if node.kind == "selector":
        return of_series(node)
    if node.kind == "call":
        return _call(node, of_series)
    if node.kind == "aggregate":
        return _aggregate(node, of_series)
    if node.kind == "binary":
        return _binary(node, of_series)
    if node.kind == "unary":
        low, high = range_of(node.children[0], of_series)
        return Range(-high, -low)
    return range_of(node.children[0], of_series) if node.kind == "paren" else ANY


def _known(low: float, high: float) -> Range:
    """The range between two bounds; any value where infinities leave one of them unknown."""
    return ANY if math.isnan(low) or math.isnan(high) else Range(low, high)


def _decided(always: bool, never: bool) -> bool | None:
    return True if always else False if never else None


def _call(node: Node, of_series: OfSeries) -> Range:
    series = input_of(node)
    if node.name in ("clamp_min", "clamp_max") and series:
        low, high = range_of(series, of_series)
        bound = range_of(node.children[1])
        if node.name == "clamp_min":
            return Range(max(low, bound.low), max(high, bound.high))
        return Range(min(low, bound.low), min(high, bound.high))
    if node.name in ("label_replace", "label_join", "sort", "sort_desc") and series:
        return range_of(series, of_series)
    if node.name in _OF_COUNTERS and series and series.kind == "subquery":
        return ANY  # a plain series can be taken for a counter, a worked out one may well fall below zero
    return _CALLS.get(node.name, ANY)


def _aggregate(node: Node, of_series: OfSeries) -> Range:
    if node.name in _KEEPS_RANGE:
        return range_of(node.children[-1], of_series)
    if node.name == "sum":
        low, high = range_of(node.children[-1], of_series)
        return Range(low if low >= 0 else -math.inf, high if high <= 0 else math.inf)
    return _AGGREGATES.get(node.name, ANY)


def _binary(node: Node, of_series: OfSeries) -> Range:
    if node.name in COMPARISONS and not is_filter(node):
        return Range(0.0, 1.0)
    left, right = (range_of(child, of_series) for child in node.children)
    if node.name == "or":
        return Range(min(left.low, right.low), max(left.high, right.high))
    if node.name in ("and", "unless"):
        return left
    if node.name in COMPARISONS:
        return left if is_vector(node.children[0]) else right
    if isinstance(node.raw, pq.BinaryExpr) and node.raw.modifier:
        fill = node.raw.modifier.fill_values
        if fill.lhs is not None or fill.rhs is not None:
            return ANY
    return _known(*_ARITHMETIC[node.name](left, right)) if node.name in _ARITHMETIC else ANY


def _times(left: Range, right: Range) -> Range:
    if left.low >= 0 and right.low >= 0:
        return Range(_product(left.low, right.low), _product(left.high, right.high))
    return ANY


def _divided(left: Range, right: Range) -> Range:
    if left.low < 0 or right.low < 0:
        return ANY
    low = 0.0 if math.isinf(right.high) or right.high == 0 else left.low / right.high
    return Range(low, math.inf if right.low == 0 else left.high / right.low)


def _product(one: float, two: float) -> float:
    return 0.0 if 0.0 in (one, two) else one * two


_ARITHMETIC: dict[str, Callable[[Range, Range], Range]] = {
    "+": lambda left, right: Range(left.low + right.low, left.high + right.high),
    "-": lambda left, right: Range(left.low - right.high, left.high - right.low),
    "*": _times,
    "/": _divided,
}
