"""Which routes no alert can reach, because one before them takes everything that they would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsgen.signalpath.routing import RoutingError, matches, parsed

Matcher = tuple[str, str, str]


def hidden(routes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Of routes beside each other: the index of each that cannot be reached, and of the one that hides it.

    Only what is sure is told: the earlier one takes no label that the later one leaves open.
    """
    demands = [_demands(route) for route in routes]
    for index, later in enumerate(demands):
        for before in range(index if later is not None else 0):
            earlier = demands[before]
            if earlier is not None and not routes[before].get("continue") and _implied(earlier, later or []):
                yield index, before
                break


def _demands(route: Mapping[str, Any]) -> list[Matcher] | None:
    """The matchers of a route; None if they cannot be read."""
    old = [(label, "=", str(value)) for label, value in (route.get("match") or {}).items()]
    old += [(label, "=~", str(value)) for label, value in (route.get("match_re") or {}).items()]
    try:
        return [*old, *(each for text in route.get("matchers") or () for each in parsed(str(text)))]
    except RoutingError:
        return None


def _implied(demands: Sequence[Matcher], given: Sequence[Matcher]) -> bool:
    """Whether every alert that meets the given matchers meets the demands, too."""
    exact = {label: value for label, operator, value in given if operator == "="}
    return all(each in given or (each[0] in exact and _holds(each, exact)) for each in demands)


def _holds(matcher: Matcher, labels: Mapping[str, str]) -> bool:
    label, operator, value = matcher
    try:
        if operator in ("=", "!="):
            return (labels[label] == value) is (operator == "=")
        return matches({"match_re": {label: value}}, labels) is (operator == "=~")
    except RoutingError:
        return False
