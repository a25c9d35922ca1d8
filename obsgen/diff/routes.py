"""Alertmanager's configurations of a unit that differ, and their routes as texts, whatever their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from obsgen.diff.grounds import configurations_of
from obsgen.diff.pairs import Pair
from obsgen.diff.things import Thing, things
from obsgen.repository.alerting.alertmanagers import Configuration, routes_below
from obsgen.repository.alerting.destinations import as_branch
from obsgen.repository.objects import Located
from obsgen.source import Route

_LEFT = frozenset(("routes", "matchers", "match", "match_re", "receiver"))


class Configured(NamedTuple):
    """An object or file that differs, with the configurations that it held and holds."""

    thing: Thing
    old: tuple[Configuration, ...]
    new: tuple[Configuration, ...]


def spot(configuration: Configuration, whole: Located) -> Route:
    """The part of an object or file that a configuration is."""
    outer = getattr(configuration.located.where, "outer", configuration.located)
    return tuple(outer.route[len(whole.route) :])


def configured(pair: Pair) -> list[Configured]:
    """The objects and files with configurations that differ; those that are there on both sides first."""
    objects = {each.key: each for each in pair.changed}
    found = []
    for thing in things(pair):
        both = objects.get(thing.owner) if not isinstance(thing.owner, str) else None
        path = thing.owner if isinstance(thing.owner, str) else ""
        old = configurations_of(thing.old, both.old if both else None, path) if thing.old else ()
        new = configurations_of(thing.new, both.new if both else None, path) if thing.new else ()
        if old or new:
            found.append(Configured(thing, old, new))
    return sorted(found, key=lambda each: not (each.old and each.new))


class RouteLine(NamedTuple):
    """A route that came or went: the way to it, the receiver of its own or inherited, and what else it says."""

    sign: str
    way: str
    receiver: str
    rest: str = ""

    def __str__(self) -> str:
        return f"{self.sign} {self.way} → {self.receiver}{f' ({self.rest})' if self.rest else ''}"


def changed_routes(pair: Pair) -> list[RouteLine]:
    """The routes that came or went; none where only their order differs."""
    found = configured(pair)
    old = Counter(_lines([one for each in found for one in each.old]))
    new = Counter(_lines([one for each in found for one in each.new]))
    gone = [each._replace(sign="-") for each in (old - new).elements()]
    return [*gone, *(each._replace(sign="+") for each in (new - old).elements())]


def _lines(configurations: list[Configuration]) -> Iterator[RouteLine]:
    for each in configurations:
        if each.root:
            yield from _of_route(each, each.root, "", "")


def _of_route(configuration: Configuration, route: Located, way: str, receiver: str) -> Iterator[RouteLine]:
    own = as_branch(configuration, route, receiver)
    asks = ", ".join(sorted("".join(each) for each in own.matchers)) or "all"
    way = f"{way} / {asks}" if way else asks
    rest = ", ".join(f"{key} {_text(value)}" for key, value in sorted(route.value.items()) if key not in _LEFT)
    yield RouteLine("", way, own.receiver, rest)
    for each in routes_below(route):
        yield from _of_route(configuration, each, way, own.receiver)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value).lower()
