"""Dimensions of values, such as seconds or bytes a second, and how arithmetic changes them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

Powers = tuple[tuple[str, int], ...]

_SECOND, _BYTE, _TOKEN, _USD = "s", "B", "tok", "USD"
_DAY, _HOUR = 86400.0, 3600.0
_FACTORS = (1.0, 100.0, 1e3, 1e6, 1e9, 2.0**10, 2.0**20, 2.0**30, 2.0**40)
_TIMES = (*_FACTORS, 24.0, 60.0, 730.0, _HOUR, _DAY, 30 * _DAY)
"""Numbers that bring values into another unit."""

_OF_UNITS: dict[str, tuple[dict[str, int], float]] = {
    "seconds": ({_SECOND: 1}, 1.0),
    "hours": ({_SECOND: 1}, _HOUR),
    "timestamp": ({_SECOND: 1}, 1.0),
    "core-seconds": ({_SECOND: 1}, 1.0),
    "bytes": ({_BYTE: 1}, 1.0),
    "bytes/s": ({_BYTE: 1, _SECOND: -1}, 1.0),
    "celsius": ({"C": 1}, 1.0),
    "watts": ({"J": 1, _SECOND: -1}, 1.0),
    "joules": ({"J": 1}, 1.0),
    "hertz": ({_SECOND: -1}, 1.0),
    "tokens": ({_TOKEN: 1}, 1.0),
    "tokens/s": ({_TOKEN: 1, _SECOND: -1}, 1.0),
    "requests/s": ({_SECOND: -1}, 1.0),
    "errors/s": ({_SECOND: -1}, 1.0),
    "events/s": ({_SECOND: -1}, 1.0),
    "count/s": ({_SECOND: -1}, 1.0),
    "usd": ({_USD: 1}, 1.0),
    "usd/day": ({_USD: 1, _SECOND: -1}, 1 / _DAY),
    "usd/hour": ({_USD: 1, _SECOND: -1}, 1 / _HOUR),
    "usd/token": ({_USD: 1, _TOKEN: -1}, 1.0),
}
"""Units by their powers, and the factor into them; what counts things, and shares, have none."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What values measure: the powers of base units, and the factor that brings a value into them.

    Milliseconds are seconds with the factor 0.001. Without powers a value is a plain number: a count or a share, which
    goes with anything.
    """

    powers: Powers = ()
    factor: float = 1.0

    def times(self, other: Dimension, sign: int = 1) -> Dimension:
        """The dimension of a product; of a quotient with `sign` -1."""
        powers = dict(self.powers)
        for base, power in other.powers:
            powers[base] = powers.get(base, 0) + sign * power
        return Dimension(_plain(powers), self.factor * other.factor**sign)

    def a_second(self) -> Dimension:
        """The dimension of its growth in a second."""
        return self.times(Dimension(((_SECOND, 1),)), -1)

    def scaled(self, by: float) -> Dimension:
        """The dimension of values that a number has been multiplied with."""
        return Dimension(self.powers, self.factor / by) if by else self

    def converts(self, by: float) -> bool:
        """Whether a number that values are multiplied with is likely to bring them into another unit.

        Any other number may be a share, or a time of which a rate is made: then nothing is sure of the product.
        """
        times = max(abs(by), 1 / abs(by)) if by else 0.0
        return any(isclose(times, each) for each in (_TIMES if self.has_time else _FACTORS))

    @property
    def has_time(self) -> bool:
        """Whether it is a time, or something in a time."""
        return any(base == _SECOND for base, _ in self.powers)

    def measures(self, other: Dimension) -> bool:
        """Whether both may measure the same thing; plain numbers go with anything."""
        return not self.powers or not other.powers or self.powers == other.powers

    def as_large(self, other: Dimension) -> bool:
        """Whether equal values of both mean the same."""
        return isclose(self.factor, other.factor, rel_tol=1e-6)

    def __str__(self) -> str:
        return "·".join(f"{base}^{power}" if power != 1 else base for base, power in self.powers) or "a number"


def unit_of(dimension: Dimension) -> str | None:
    """A unit that measures the same; None if no unit does."""
    measured = (dict(dimension.powers), dimension.factor)
    return next((name for name, one in _OF_UNITS.items() if dimension.powers and one == measured), None)


def of_unit(unit: str, scale: float = 1.0) -> Dimension:
    """The dimension of values that are in a unit once they are multiplied by `scale`."""
    powers, factor = _OF_UNITS.get(unit, ({}, 1.0))
    return Dimension(_plain(powers), factor * scale)


def _plain(powers: dict[str, int]) -> Powers:
    return tuple(sorted((base, power) for base, power in powers.items() if power))
