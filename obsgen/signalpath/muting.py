"""Whether the time intervals of a route leave any moment at which it tells somebody.

A route tells at a moment that none of its muting intervals holds and, where it has active ones, one of those does.
Source: prometheus/alertmanager 0.34.2, timeinterval/timeinterval.go (ContainsTime) and notify/mute.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

Ranges = tuple[tuple[int, int], ...]
_DAY = 24 * 60
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DATES = [
    (month, length, day)
    for month, length in (*enumerate(_LENGTHS, 1), (2, 29))
    for day in range(1, length + 1)
]  # fmt: skip
"""Month, its length, day. In the long run each falls on every day of the week."""


@dataclass(frozen=True, slots=True)
class Span:
    """Times that must all hold; None where any does.

    Minutes of the day are without the last one, weekdays (0 is Sunday), days of the month (negative ones from its end)
    and months are with it. `some_years` says that it holds in some years alone.
    """

    minutes: Ranges | None = None
    weekdays: Ranges | None = None
    days: Ranges | None = None
    months: Ranges | None = None
    zone: str = "UTC"
    some_years: bool = False

    def holds_at(self, minute: int) -> bool:
        """Whether a minute of the day is meant."""
        return self.minutes is None or any(start <= minute < end for start, end in self.minutes)

    def holds_on(self, weekday: int) -> bool:
        """Whether a day of the week is meant."""
        return self.weekdays is None or any(start <= weekday <= end for start, end in self.weekdays)

    def holds_in(self, date: tuple[int, int, int]) -> bool:
        """Whether a date is meant."""
        month, length, day = date
        in_month = self.months is None or any(start <= month <= end for start, end in self.months)
        return in_month and (self.days is None or any(_is_within(day, length, *each) for each in self.days))


def _is_within(day: int, length: int, start: int, end: int) -> bool:
    """Whether a range of days holds a day of a month with so many days; what goes beyond the month is cut off."""
    start, end = (length + each + 1 if each < 0 else each for each in (start, end))
    return start <= length and start <= day <= end


def never_tells(muted: Sequence[Span], active: Sequence[Span] | None) -> bool:
    """Whether a route tells nobody, whenever it is; `active` is None where it has no such intervals.

    Exact where all spans are of one time zone and hold in every year; else false where it cannot be known.
    """
    possible = None if active is None else [each for each in active if _moments((each,), lambda held: held[0])]
    zones = {each.zone for each in (*muted, *(possible or ()))} or {"UTC"}
    return not all(_tells(zone, muted, possible) for zone in zones)


def _tells(zone: str, muted: Sequence[Span], active: Sequence[Span] | None) -> bool:
    """Whether there is a moment to tell, as far as the spans of one zone decide it."""
    mutes = [each for each in muted if each.zone == zone and not each.some_years]
    known = None if active is not None and any(each.zone != zone for each in active) else active
    return _moments(
        (*mutes, *(known or ())),
        lambda held: not any(held[: len(mutes)]) and (known is None or any(held[len(mutes) :])),
    )


def _moments(spans: Sequence[Span], wanted: Callable[[Sequence[bool]], bool]) -> bool:
    """Whether at some moment the spans that hold, in their order, are as wanted."""
    edges = {minute for each in spans for one in each.minutes or () for minute in one}
    minutes = _sides(spans, Span.holds_at, [0, *(each for each in edges if each < _DAY)])
    weekdays = _sides(spans, Span.holds_on, range(7))
    dates = _sides(spans, Span.holds_in, _DATES)
    return any(wanted([all(each) for each in zip(*sides, strict=True)]) for sides in product(minutes, weekdays, dates))


def _sides(
    spans: Sequence[Span], holds: Callable[[Span, Any], bool], values: Sequence[Any]
) -> Iterator[tuple[bool, ...]]:
    """The different answers of the spans to some values."""
    return iter({tuple(holds(each, value) for each in spans) for value in values})
