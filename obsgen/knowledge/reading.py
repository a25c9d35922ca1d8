"""What the values of each part of an expression are: counters or gauges, in which unit, from which series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import promql_parser as pq

from obsgen.knowledge.dimensions import Dimension, of_unit
from obsgen.knowledge.inventory import Known
from obsgen.promql import Node
from obsgen.promql.labels import input_of, is_vector
from obsgen.promql.values import COMPARISONS, is_filter

RowsOf = Callable[[Node], Sequence[Known]]
"""What is known of the series that a selector asks for."""


class Sort(Enum):
    """What sort of values there are."""

    COUNTER = "counter"
    """It grows until its process restarts."""
    BUCKET = "bucket"
    """A counter for each upper edge."""
    SPREAD = "spread"
    """What has been counted in some time, for each upper edge."""
    GAUGE = "gauge"
    QUANTILE = "quantile"
    """A quantile, which cannot be put together with others."""
    INFO = "info"
    """The labels say it, the value does not."""
    TIME = "time"
    """A moment, in seconds since 1970."""
    FLAG = "flag"
    """0 or 1: the answer to a question."""
    NUMBER = "number"
    """Written in the expression."""
    UNKNOWN = "unknown"


COUNTING = frozenset((Sort.COUNTER, Sort.BUCKET))


@dataclass(frozen=True, slots=True)
class Reading:
    """The values of a node. What is not sure is None, or unknown.

    `unit` is the signal's, as long as the values are still those of a series. Of buckets, and of quantiles over them,
    `edges` is the dimension of `le`, and `buckets` are its values in base units. `series` are the selectors' nodes that
    the values come from. `is_share` says that a value of 1, in base units, is all of it.
    """

    sort: Sort = Sort.UNKNOWN
    dimension: Dimension | None = None
    unit: str | None = None
    edges: Dimension | None = None
    buckets: tuple[float, ...] = ()
    series: tuple[Known, ...] = ()
    value: float | None = None
    is_share: bool = False

    def derived(self, sort: Sort, dimension: Dimension | None) -> Reading:
        """Other values that are worked out of these."""
        return replace(self, sort=sort, dimension=dimension, unit=None, is_share=False)


UNKNOWN = Reading()
COUNT = Reading(Sort.GAUGE, Dimension())
_FLAG = Reading(Sort.FLAG, Dimension())

_SAME = """
    abs avg_over_time ceil clamp clamp_max clamp_min first_over_time floor label_join label_replace last_over_time
    mad_over_time max_over_time min_over_time predict_linear quantile_over_time round scalar sort sort_by_label
    sort_by_label_desc sort_desc stddev_over_time vector
"""
_WAYS: dict[str, str] = {
    **dict.fromkeys(_SAME.split(), "same"),
    **dict.fromkeys(("changes", "count_over_time", "resets"), "count"),
    **dict.fromkeys(("absent", "absent_over_time", "present_over_time"), "flag"),
    **dict.fromkeys(("rate", "irate", "deriv"), "a second"),
    **dict.fromkeys(("increase", "delta", "idelta", "sum_over_time"), "growth"),
}
"""What functions make of the values of a series."""
_KEPT = frozenset(("avg", "bottomk", "limitk", "limit_ratio", "max", "min", "quantile", "stddev", "sum", "topk"))
_SORTS = {
    "counter": Sort.COUNTER,
    "bucket": Sort.BUCKET,
    "gauge": Sort.GAUGE,
    "quantile": Sort.QUANTILE,
    "info": Sort.INFO,
}


class Readings:
    """The reading of every node of an expression; `recorded` says what the series are that rules record."""

    def __init__(self, root: Node, rows_of: RowsOf, recorded: Callable[[str], Reading] | None = None) -> None:
        self._rows_of = rows_of
        self._recorded = recorded
        self._found: dict[int, Reading] = {}
        self.root = root
        self.of(root)

    def of(self, node: Node) -> Reading:
        """The reading of a node of the expression."""
        if id(node) not in self._found:
            self._found[id(node)] = self._read(node)
        return self._found[id(node)]

    def _read(self, node: Node) -> Reading:
        if node.kind == "selector":
            rows = self._rows_of(node)
            return of_rows(rows) if rows or not self._recorded else self._recorded(node.name)
        if isinstance(node.raw, pq.NumberLiteral):
            return Reading(Sort.NUMBER, Dimension(), value=node.raw.val)
        below = [self.of(child) for child in node.children]
        if node.kind == "call":
            return self._call(node)
        if node.kind == "aggregate":
            return _aggregated(node.name, below[-1])
        if node.kind == "binary":
            return _joined(node, *below)
        return below[0] if below else UNKNOWN

    def _call(self, node: Node) -> Reading:
        series = input_of(node)
        if node.name == "time":
            return Reading(Sort.TIME, of_unit("timestamp"))
        inner = self.of(series if series is not None else node.children[0]) if node.children else UNKNOWN
        if node.name == "timestamp":
            return Reading(Sort.TIME, of_unit("timestamp"))
        if node.name == "histogram_quantile":
            return _quantile(inner)
        return _called(node.name, inner)


def of_rows(rows: Sequence[Known]) -> Reading:
    """The reading of a series, as far as all that is known of it agrees."""
    if not rows:
        return UNKNOWN
    found = [_of_row(row) for row in rows]
    first = found[0]
    return Reading(
        first.sort if all(each.sort == first.sort for each in found) else Sort.UNKNOWN,
        first.dimension if all(each.dimension == first.dimension for each in found) else None,
        first.unit if all(each.unit == first.unit for each in found) else None,
        first.edges if all(each.edges == first.edges for each in found) else None,
        first.buckets if all(each.buckets == first.buckets for each in found) else (),
        tuple(rows),
        is_share=all(each.is_share for each in found),
    )


def _of_row(row: Known) -> Reading:
    if not row.unit:
        return Reading(_SORTS[row.stored_type], series=(row,))
    sort, unit = _SORTS[row.stored_type], of_unit(row.unit, row.scale)
    if sort == Sort.BUCKET:
        return Reading(sort, Dimension(), None, unit, tuple(edge * row.scale for edge in row.buckets), (row,))
    if row.part == "_count":
        return Reading(sort, Dimension(), "count", series=(row,))
    if row.unit == "timestamp":
        sort = Sort.TIME
    elif row.unit == "bool":
        sort = Sort.FLAG
    return Reading(sort, unit, row.unit, series=(row,), is_share=row.unit == "ratio" and sort == Sort.GAUGE)


def _called(name: str, inner: Reading) -> Reading:
    way, dimension = _WAYS.get(name), inner.dimension
    if way == "same":
        return inner
    if way == "count":
        return replace(COUNT, series=inner.series)
    if way == "flag":
        return _FLAG
    kept = Sort.SPREAD if inner.sort in (Sort.BUCKET, Sort.SPREAD) else Sort.GAUGE
    if way == "a second":
        return inner.derived(kept, dimension.a_second() if dimension else None)
    return inner.derived(kept, dimension) if way == "growth" else UNKNOWN


def _quantile(buckets: Reading) -> Reading:
    if buckets.edges is None:
        return Reading(Sort.QUANTILE, series=buckets.series)
    return Reading(Sort.QUANTILE, buckets.edges, buckets=buckets.buckets, series=buckets.series)


def _aggregated(name: str, inner: Reading) -> Reading:
    if name in ("count", "count_values", "group"):
        return replace(COUNT, series=inner.series)
    return inner if name in _KEPT else UNKNOWN


def _joined(node: Node, left: Reading, right: Reading) -> Reading:
    if node.name in COMPARISONS:
        filtered = left if is_vector(node.children[0]) else right
        return filtered if is_filter(node) else _FLAG
    if node.name in ("and", "unless"):
        return left
    if node.name == "or":
        return _either(left, right)
    if node.name in ("+", "-"):
        return _sum(node.name, left, right)
    return _product(node.name, left, right) if node.name in ("*", "/") else UNKNOWN


def _either(left: Reading, right: Reading) -> Reading:
    """One of two; a number, such as `or vector(0)`, stands for whatever is missing."""
    if Sort.NUMBER in (left.sort, right.sort):
        return left if right.sort == Sort.NUMBER else right
    same = left.sort == right.sort and left.dimension == right.dimension
    return replace(left, series=left.series + right.series) if same else Reading(series=left.series + right.series)


def _sum(operator: str, left: Reading, right: Reading) -> Reading:
    if left.sort == right.sort == Sort.NUMBER:
        return replace(left, value=None)
    if Sort.NUMBER in (left.sort, right.sort):
        other = right if left.sort == Sort.NUMBER else left
        return replace(other, is_share=other.is_share and operator == "-")
    both = left.series + right.series
    if left.sort == right.sort == Sort.TIME and operator == "-":
        return Reading(Sort.GAUGE, of_unit("seconds"), series=both)
    agree = left.dimension is not None and left.dimension == right.dimension
    sort = left.sort if left.sort == right.sort else Sort.GAUGE
    return Reading(sort, left.dimension if agree else None, series=both)


def _product(operator: str, left: Reading, right: Reading) -> Reading:
    sign = 1 if operator == "*" else -1
    if right.sort == Sort.NUMBER and left.sort != Sort.NUMBER:
        return _scaled(left, right.value if sign == 1 else 1 / right.value if right.value else None)
    if left.sort == Sort.NUMBER and right.sort != Sort.NUMBER and sign == 1:
        return _scaled(right, left.value)
    known = left.dimension is not None and right.dimension is not None
    dimension = left.dimension.times(right.dimension, sign) if known else None  # type: ignore[union-attr,arg-type]
    if left.sort == right.sort == Sort.NUMBER:
        return Reading(Sort.NUMBER, Dimension(), value=_calculated(operator, left.value, right.value))
    return Reading(Sort.GAUGE, dimension, series=left.series + right.series)


def _scaled(reading: Reading, by: float | None) -> Reading:
    """The values times a number: the same thing in another measure."""
    if by is None or reading.dimension is None or not reading.dimension.converts(by):
        return replace(reading, dimension=None, unit=None, edges=None, buckets=(), is_share=False)
    return replace(reading, dimension=reading.dimension.scaled(by), unit=None)


def _calculated(operator: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    if operator == "*":
        return left * right
    return left / right if right else None
