"""The named time intervals of a configuration, and the routes that they leave no moment to tell somebody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.objects import Located
from obsgen.signalpath.delivery import Branch
from obsgen.signalpath.muting import Ranges, Span, never_tells

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    *("", "january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_KEYS = frozenset(("times", "weekdays", "days_of_month", "daysOfMonth", "months", "years", "location"))


_SHORTEST = 28
"""Days of the shortest month."""


class _UnreadableError(ValueError):
    """What is written is no time, so that nobody can say when it is."""


def intervals(configuration: Configuration) -> list[Located]:
    """The named intervals of a configuration."""
    listed = (each for key in configuration.keys.intervals for each in configuration.located.at(key).items())
    return [each for each in listed if isinstance(each.value, dict) and each.value.get("name")]


def used(configuration: Configuration) -> Iterator[Located]:
    """The names of intervals in routes."""
    for route in configuration.routes():
        for key in (configuration.keys.mute, configuration.keys.only):
            yield from (each for each in route.at(key).items() if isinstance(each.value, str))


class Silencing(NamedTuple):
    """The list of intervals for which a route never tells anybody, and what they do to it."""

    located: Located
    how: str


@lru_cache(maxsize=256)
def silencing(branch: Branch) -> Silencing | None:
    """Why a route tells nobody, whenever it is; None if it may tell somebody.

    Intervals that cannot be read, or that are not there once, count as letting the route tell.
    """
    if branch.source is None:
        return None
    configuration, route = branch.source
    muted, active = (route.at(key) for key in (configuration.keys.mute, configuration.keys.only))
    if not muted.value and not active.value:
        return None
    mutes = [each for each in _spans(configuration, muted) if each]
    holding = _active(configuration, active)
    if never_tells((), holding):
        return Silencing(active, "is never active")
    if never_tells(mutes, None):
        return Silencing(muted, "is always muted")
    return Silencing(muted, "is muted whenever it is active") if never_tells(mutes, holding) else None


def _active(configuration: Configuration, names: Located) -> list[Span] | None:
    """The spans of active intervals; None if there are none, or not all are known."""
    spans = _spans(configuration, names)
    known = [each for each in spans if each]
    return known if names.items() and len(known) == len(spans) else None


def _spans(configuration: Configuration, names: Located) -> list[Span | None]:
    """The spans of some intervals, None for each that is not known."""
    return [span for name in names.items() for span in _of_name(configuration, name.value)]


def _of_name(configuration: Configuration, name: Any) -> list[Span | None]:
    found = [each for each in intervals(configuration) if each.value["name"] == name]
    if len(found) != 1:
        return [None]
    key = "time_intervals" if configuration.is_native else "timeIntervals"
    return [_span(each.value) for each in found[0].at(key).items()]


def _span(value: Any) -> Span | None:
    try:
        return _read(value) if isinstance(value, dict) and value.keys() <= _KEYS else None
    except _UnreadableError:
        return None


def _read(value: Mapping[str, Any]) -> Span:
    return Span(
        _ranges(value.get("times"), _minutes),
        _ranges(value.get("weekdays"), lambda each: _range(each, _weekday)),
        _ranges(value.get("days_of_month", value.get("daysOfMonth")), _days),
        _ranges(value.get("months"), lambda each: _range(each, _month)),
        str(value.get("location") or "UTC"),
        bool(value.get("years")),
    )


def _ranges(listed: Any, one: Callable[[Any], tuple[int, int]]) -> Ranges | None:
    if listed is None:
        return None
    if not isinstance(listed, list) or not listed:
        raise _UnreadableError
    return tuple(map(one, listed))


def _minutes(value: Any) -> tuple[int, int]:
    if not isinstance(value, dict):
        raise _UnreadableError
    start, end = (value.get(f"{side}_time", value.get(f"{side}Time")) for side in ("start", "end"))
    return _ordered(_minute(start), _minute(end) - 1, 1)


def _minute(text: Any) -> int:
    match = _TIME.fullmatch(str(text))
    if match is None:
        raise _UnreadableError
    return int(match[1]) * 60 + int(match[2]) if match[1] else 24 * 60


def _ordered(start: int, end: int, beyond: int = 0) -> tuple[int, int]:
    if start > end:
        raise _UnreadableError  # Alertmanager refuses it
    return start, end + beyond


def _range(value: Any, member: Callable[[str], int]) -> tuple[int, int]:
    """`first:last`, or one alone."""
    first, colon, last = str(value).lower().partition(":")
    return _ordered(member(first), member(last if colon else first))


def _weekday(text: str) -> int:
    if text not in _WEEKDAYS:
        raise _UnreadableError
    return _WEEKDAYS.index(text)


def _month(text: str) -> int:
    return _MONTHS.index(text) if text and text in _MONTHS else _number(text)


def _number(text: Any) -> int:
    if not re.fullmatch(r"-?\d{1,2}", str(text)) or int(text) == 0:
        raise _UnreadableError
    return int(text)


def _days(value: Any) -> tuple[int, int]:
    """Days of a month; negative ones are counted from its end, which must not come first in the shortest month."""
    if isinstance(value, dict):
        start, end = (_day(value.get(side)) for side in ("start", "end"))
    else:
        first, colon, last = str(value).partition(":")
        start, end = _day(first), _day(last if colon else first)
    if start < 0 < end or start + _SHORTEST * (start < 0) > end + _SHORTEST * (end < 0):
        raise _UnreadableError  # Alertmanager refuses it
    return start, end


def _day(text: Any) -> int:
    day = _number(text)
    if abs(day) > 31:
        raise _UnreadableError
    return day
