"""Limits of a size that the thing never has: seconds that were meant as milliseconds, bytes for MiB, Fahrenheit."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from obsgen.findings import Finding, Severity
from obsgen.knowledge.dimensions import Dimension, of_unit
from obsgen.knowledge.reading import Sort
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Comparison, comparisons
from obsgen.units import number_text

ID = "unit/size"
LEVEL = 4
SEVERITY = Severity.WARNING

_SENSIBLE = {
    "seconds": (1e-5, 1800.0),
    "bytes": (1024.0, 1e14),
    "watts": (5.0, 1e7),
    "celsius": (-50.0, 150.0),
}
"""What anybody sets a limit to, in base units: of times those of requests, not ages."""
_NAMES = {"seconds": "s", "bytes": "B", "watts": "W", "celsius": "°C"}


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the comparison; nothing is said of 0, which asks whether there is any."""
    for meaning in repository.meanings:
        for one in comparisons(meaning) if meaning.expression.kind == "alert" else ():
            unit = _unit(one)
            fault = _fault(one, unit) if unit and one.limit > 0 else None
            if fault:
                yield Finding(ID, SEVERITY, fault[0], meaning.place(one.node), fault[1])


def _unit(one: Comparison) -> str:
    """The unit whose limits are judged; none for series that know nothing of it."""
    dimension = one.reading.dimension
    if dimension is None or not one.reading.series or one.reading.sort in (Sort.TIME, Sort.COUNTER):
        return ""
    unit = next((each for each in _SENSIBLE if of_unit(each).powers == dimension.powers), "")
    return "" if unit == "seconds" and not _is_quantile(one) and dimension.factor >= 1 else unit


def _is_quantile(one: Comparison) -> bool:
    return one.reading.sort == Sort.QUANTILE


def _fault(one: Comparison, unit: str) -> tuple[str, str] | None:
    dimension = one.reading.dimension or Dimension()
    low, high = _SENSIBLE[unit]
    high = inf if unit == "seconds" and not _is_quantile(one) else high  # it may be an age
    limit = one.limit * dimension.factor
    if low <= limit <= high or _is_beyond_edges(one, limit):
        return None
    name = one.reading.series[0].metric
    size = f"{number_text(one.limit)} of {name} is {number_text(limit)} {_NAMES[unit]}"
    measure = number_text(dimension.factor)
    hint = f"a value of 1 is {measure} {_NAMES[unit]} here: write the limit in that measure"
    return f"{size}: {'so little' if limit < low else 'so much'} is hardly meant", hint


def _is_beyond_edges(one: Comparison, limit: float) -> bool:
    """Whether the histogram ends below the limit, of which another check speaks."""
    return bool(one.reading.buckets) and not one.reading.buckets[0] <= limit < one.reading.buckets[-1]
