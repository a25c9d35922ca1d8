"""Limits on quantiles that lie outside of the histogram's buckets, or between two of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import isclose

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import Sort
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Comparison, Meaning, comparisons
from obsgen.repository.queries.sizes import odd_size
from obsgen.units import number_text

ID = "histogram/threshold"
LEVEL = 4
SEVERITY = Severity.ERROR

_RISING = frozenset((">", ">="))


def check(repository: Repository) -> Iterator[Finding]:
    """An error for a limit at or beyond the last finite edge; information for one between two edges."""
    for meaning in repository.meanings:
        for one in comparisons(meaning):
            if _is_limit(one) and one.reading.dimension and not _is_told(meaning, one):
                fault = _fault(one, one.limit * one.reading.dimension.factor, one.reading.buckets)
                if fault:
                    severity, message, hint = fault
                    yield Finding(ID, severity, message, meaning.place(one.node), hint)


def _is_told(meaning: Meaning, one: Comparison) -> bool:
    """Whether unit/size tells that the limit itself is hardly meant, so that its place among the edges says nothing."""
    return meaning.expression.kind == "alert" and odd_size(one) is not None


def _is_limit(one: Comparison) -> bool:
    """Whether a quantile is held against a limit; `> 0` only asks whether there is one."""
    is_quantile = one.reading.sort == Sort.QUANTILE and bool(one.reading.buckets)
    return is_quantile and one.operator in _RISING and one.limit > 0


def _fault(one: Comparison, limit: float, edges: Sequence[float]) -> tuple[Severity, str, str] | None:
    """What is wrong with a limit, in the base unit, given the upper edges of the buckets."""
    factor = one.reading.dimension.factor if one.reading.dimension else 1.0
    metric = one.reading.series[0].metric if one.reading.series else "the histogram"
    first, last = number_text(edges[0] / factor), number_text(edges[-1] / factor)
    if limit > edges[-1] or (limit == edges[-1] and one.operator == ">"):
        message = f"no quantile of {metric} is ever more than {last}, its last bucket: this is never true"
        return SEVERITY, message, f"the edges that it has: {_near(edges, limit, factor)}"
    if limit < edges[0]:
        message = f"{metric} knows nothing below {first}, its first bucket: the quantile is a guess there"
        return Severity.WARNING, message, f"the edges that it has: {_near(edges, limit, factor)}"
    at = bisect_left(edges, limit * (1 - 1e-9))
    if not isclose(edges[at], limit, rel_tol=1e-6):
        message = f"{number_text(one.limit)} lies between two buckets of {metric}: the quantile is interpolated there"
        return Severity.INFO, message, f"the nearest edges: {_near(edges, limit, factor)}"
    return None


def _near(edges: Sequence[float], limit: float, factor: float) -> str:
    at = bisect_left(edges, limit)
    return ", ".join(number_text(edge / factor) for edge in edges[max(0, at - 2) : at + 2])
