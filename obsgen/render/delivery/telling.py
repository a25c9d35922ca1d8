"""Which of many clusters people are told of by name: those that bring something that no other brought."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from obsgen.render.objects import Rendered
from obsgen.stack import demands
from obsgen.stack.clusters import on_cluster

MOST_TOLD = 5
"""Clusters whose figures tables show beside those of their environments."""

_Figures = list[tuple[str, str, float | None, str]]


@dataclass(frozen=True)
class Different:
    """A cluster that brings what environments do not, or whose figures are not those of its own.

    What is rendered stays in the process that did so: it is too much to get to another.
    """

    news: frozenset[Any]
    figures: bool
    rendered: Rendered | None

    def __reduce__(self) -> tuple[type[Different], tuple[frozenset[Any], bool, None]]:
        return Different, (self.news, self.figures, None)


class Known:
    """What environments bring."""

    def __init__(self, environments: Mapping[str, Rendered]) -> None:
        self._news = {news for each in environments.values() for news in _news(each)}
        self._figures = {name: _figures(each) for name, each in environments.items()}

    def different(self, environment: str, rendered: Rendered) -> Different | None:
        """What a cluster of an environment has that this has not; None if that is nothing."""
        news, figures = frozenset(_news(rendered)) - self._news, _figures(rendered) != self._figures[environment]
        return Different(news, figures, rendered) if news or figures else None


class Teller:
    """Chooses the clusters that people are told of."""

    def __init__(self, environments: Mapping[str, Rendered]) -> None:
        self._environments = environments
        self._known: set[Any] = set()
        self.told: dict[str, Rendered] = {}

    def hear(self, name: str, found: Different, alike: int, again: Callable[[], Rendered]) -> None:
        """Takes a cluster down if it brings something new, or if its limits differ and few others were told of.

        One that another process has rendered is then rendered `again`.
        """
        news = found.news - self._known
        if news or (found.figures and len(self.told) < MOST_TOLD):
            self._known |= news
            label = name if alike == 1 else f"{name} and {alike - 1} like it"
            self.told[label] = _spoken_of(found.rendered or again(), self._environments[name.partition("/")[0]])


def _news(rendered: Rendered) -> Iterator[Any]:
    stack = rendered.stack
    yield from ((alert.name, alert.instance.name) for alert in rendered.alerts)
    yield from stack.secrets
    yield from stack.assumptions


def _figures(rendered: Rendered) -> _Figures:
    return [(each.name, each.instance.name, each.limit, each.severity) for each in rendered.alerts]


def _spoken_of(rendered: Rendered, environment: Rendered) -> Rendered:
    """A cluster whose preconditions speak of no cluster by name, as those of its environment do."""
    general = on_cluster(rendered.stack, environment.stack.settings.cluster)
    found = dict.fromkeys(each for instance in general.instances for each in demands.preconditions(instance))
    return replace(rendered, stack=replace(rendered.stack, preconditions=tuple(found)))
