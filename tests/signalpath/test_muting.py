"""Time intervals leave a route a moment to tell somebody, or none: compared with a walk through a calendar."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obsgen.signalpath.muting import Span, never_tells

WORK, WEEKEND = Span(weekdays=((1, 5),)), Span(weekdays=((0, 0), (6, 6)))
NIGHT = Span(minutes=((0, 360), (1320, 1440)))
EVERY = Span()


@pytest.mark.parametrize(
    ("muted", "active", "never"),
    [
        ([], None, False),
        ([EVERY], None, True),
        ([], [], True),  # a named interval without a time
        ([], [EVERY], False),
        ([WORK], None, False),
        ([WORK, WEEKEND], None, True),
        ([WORK, Span(weekdays=((0, 6),), minutes=((0, 1439),))], None, False),
        ([Span(months=((1, 6),)), Span(months=((7, 12),))], None, True),
        ([Span(days=((1, 31),))], None, True),
        ([Span(days=((1, 28),))], None, False),
        ([Span(days=((-31, -1),))], None, True),
        ([Span(days=((-28, -1),))], None, False),
        ([Span(days=((1, 15), (-16, -1)))], None, True),
        ([Span(days=((1, 15), (-15, -1)))], None, False),
        ([], [Span(months=((2, 2),), days=((30, 31),))], True),
        ([], [Span(months=((2, 2),), days=((29, 29),))], False),
        ([WORK], [WORK], True),
        ([Span(minutes=((0, 720),)), Span(minutes=((720, 1440),))], [WORK], True),
        ([NIGHT], [WORK], False),
        ([NIGHT], [Span(minutes=((1380, 1440),), weekdays=((6, 6),))], True),
        # What is of two time zones, or of some years, is not sure.
        ([WORK, Span(weekdays=((0, 0), (6, 6)), zone="Asia/Tokyo")], None, False),
        ([WORK, WEEKEND, Span(zone="Asia/Tokyo", weekdays=((2, 2),))], None, True),
        ([WORK], [Span(weekdays=((1, 5),), zone="Asia/Tokyo")], False),
        ([], [Span(months=((2, 2),), days=((30, 30),), zone="Asia/Tokyo")], True),
        ([Span(some_years=True)], None, False),
        ([EVERY], [Span(some_years=True)], True),
        ([], [Span(some_years=True)], False),
    ],
)
def test_whether_a_moment_is_left(muted: list[Span], active: list[Span] | None, never: bool) -> None:
    assert never_tells(muted, active) is never


class Day(NamedTuple):
    """What counts of a day."""

    weekday: int
    month: int
    day: int
    length: int


FIRST = date(2001, 1, 1)
DAYS = {
    Day((each.weekday() + 1) % 7, each.month, each.day, calendar.monthrange(each.year, each.month)[1])
    for each in (FIRST + timedelta(days=count) for count in range(28 * 366))
}
"""Twenty-eight years have every date on every day of the week."""


def ranges(low: int, high: int) -> st.SearchStrategy[tuple[tuple[int, int], ...] | None]:
    one = st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda both: (min(both), max(both)))
    return st.none() | st.lists(one, min_size=1, max_size=2).map(tuple)


DAYS_OF_MONTH = st.none() | st.lists(
    st.sampled_from([(1, 31), (1, 15), (16, -1), (-15, -1), (10, 28), (29, 31), (-31, -20), (-3, -1)]),
    min_size=1,
    max_size=2,
).map(tuple)
MINUTES = st.none() | st.lists(
    st.sampled_from([(0, 720), (720, 1440), (0, 1440), (60, 61), (0, 1439)]), min_size=1, max_size=2
).map(tuple)
SPANS = st.builds(Span, MINUTES, ranges(0, 6), DAYS_OF_MONTH, ranges(1, 12))


@given(st.lists(SPANS, max_size=3), st.none() | st.lists(SPANS, max_size=2))
@settings(max_examples=25)
def test_a_calendar_agrees(muted: list[Span], active: list[Span] | None) -> None:
    minutes = (0, 60, 61, 720, 1439)
    tells = any(
        not any(contains(each, day, minute) for each in muted)
        and (active is None or any(contains(each, day, minute) for each in active))
        for day in DAYS
        for minute in minutes
    )
    assert never_tells(muted, active) is not tells


def contains(span: Span, day: Day, minute: int) -> bool:
    """Whether a span holds, in the words of Alertmanager's documentation."""
    dates = [(each + day.length + 1 if each < 0 else each) for one in span.days or () for each in one]
    return (
        (span.minutes is None or any(minute in range(*one) for one in span.minutes))
        and (span.weekdays is None or any(one[0] <= day.weekday <= one[1] for one in span.weekdays))
        and (span.months is None or any(one[0] <= day.month <= one[1] for one in span.months))
        and (span.days is None or any(a <= day.day <= b for a, b in zip(dates[::2], dates[1::2], strict=True)))
    )
