"""Which routes may take an alert of which not all labels are known: every possibility is followed, none is guessed.

With all labels known it is the walk of `routing`; both are tested against amtool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from obsgen.signalpath.labels import Values
from obsgen.signalpath.routing import Matcher, RoutingError, agrees

Possible = Callable[[str], Values]
"""The values that a label of an alert can have, an empty text where it may be absent; None if nothing tells."""


@dataclass(frozen=True, eq=False)
class Branch:
    """A route with those below it; its receiver is its own or inherited. `source` is where it was read."""

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    goes_on: bool = False
    below: tuple[Branch, ...] = ()
    source: Any = None

    @cached_property
    def all(self) -> tuple[Branch, ...]:
        """The route and all those below it, each before its own."""
        return (self, *(each for below in self.below for each in below.all))


def possible_routes(root: Branch, labels: Possible) -> list[Branch]:
    """The routes that may take an alert: exactly those that do where all labels that count are known."""
    return list(_walked(root, labels))


def _walked(branch: Branch, labels: Possible) -> Iterator[Branch]:
    stays = True
    for below in branch.below:
        answer = may_match(below.matchers, labels)
        if answer is False:
            continue
        yield from _walked(below, labels)
        if answer:
            stays = False
            if not below.goes_on:
                break
    if stays:
        yield branch


def may_match(matchers: tuple[Matcher, ...], labels: Possible) -> bool | None:
    """Whether an alert agrees with all matchers; None if that depends on what is not known."""
    is_sure = True
    for each in matchers:
        answer = _answer(each, labels(each[0]))
        if answer is False:
            return False
        is_sure = is_sure and answer is not None
    return True if is_sure else None


def _answer(matcher: Matcher, values: Values) -> bool | None:
    if values is None:
        return None
    try:
        answers = {agrees(matcher, {matcher[0]: value}) for value in values}
    except RoutingError:
        return None  # told where it stands; Alertmanager would not load it
    return answers.pop() if len(answers) == 1 else None
