"""Limits of a size that the thing never has, whatever its unit is called."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from obsgen.knowledge.dimensions import Dimension, of_unit
from obsgen.knowledge.reading import Sort
from obsgen.repository.queries.meanings import Comparison

_SENSIBLE = {
    "seconds": (1e-5, 1800.0),
    "bytes": (1024.0, 1e14),
    "watts": (5.0, 1e7),
    "celsius": (-50.0, 150.0),
}
"""What anybody sets a limit to, in base units: of times those of requests, not ages."""


@dataclass(frozen=True, slots=True)
class OddSize:
    """A limit in its base unit, and how much of that unit a value of 1 is."""

    limit: float
    unit: str
    measure: float
    is_little: bool


def odd_size(one: Comparison) -> OddSize | None:
    """The limit of an alert, if it is hardly meant; nothing is said of 0, which asks whether there is any."""
    unit = _unit(one) if one.limit > 0 else ""
    if not unit:
        return None
    dimension = one.reading.dimension or Dimension()
    low, high = _SENSIBLE[unit]
    high = inf if unit == "seconds" and not _is_quantile(one) else high  # it may be an age
    limit = one.limit * dimension.factor
    if low <= limit <= high or _is_beyond_edges(one, limit):
        return None
    return OddSize(limit, unit, dimension.factor, limit < low)


def _unit(one: Comparison) -> str:
    """The unit whose limits are judged; none for series that know nothing of it."""
    dimension = one.reading.dimension
    if dimension is None or not one.reading.series or one.reading.sort in (Sort.TIME, Sort.COUNTER):
        return ""
    unit = next((each for each in _SENSIBLE if of_unit(each).powers == dimension.powers), "")
    return "" if unit == "seconds" and not _is_quantile(one) and dimension.factor >= 1 else unit


def _is_quantile(one: Comparison) -> bool:
    return one.reading.sort == Sort.QUANTILE


def _is_beyond_edges(one: Comparison, limit: float) -> bool:
    """Whether the histogram ends below the limit, of which another check speaks."""
    return bool(one.reading.buckets) and not one.reading.buckets[0] <= limit < one.reading.buckets[-1]
