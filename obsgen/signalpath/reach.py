"""Which routes no alert can reach, because one before them takes everything that they would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsgen.signalpath.routing import Matcher, RoutingError, agrees, demands


def hidden(routes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Of routes beside each other: the index of each that cannot be reached, and of the one that hides it.

    Only what is sure is told: the earlier one takes no label that the later one leaves open.
    """
    known = [(index, wanted) for index, route in enumerate(routes) if (wanted := _known(route)) is not None]
    final = [(index, wanted) for index, wanted in known if not routes[index].get("continue")]
    for index, later in known:
        before = next((at for at, earlier in final if at < index and _implied(earlier, later)), None)
        if before is not None:
            yield index, before


def _known(route: Mapping[str, Any]) -> list[Matcher] | None:
    """The matchers of a route; None if they cannot be read."""
    try:
        return demands(route)
    except RoutingError:
        return None


def _implied(wanted: Sequence[Matcher], given: Sequence[Matcher]) -> bool:
    """Whether every alert that meets the given matchers meets the wanted ones, too."""
    exact = {label: value for label, operator, value in given if operator == "="}
    return all(each in given or (each[0] in exact and _holds(each, exact)) for each in wanted)


def _holds(matcher: Matcher, labels: Mapping[str, str]) -> bool:
    try:
        return agrees(matcher, labels)
    except RoutingError:
        return False
