"""Alertmanager's configurations of a unit that differ, and their routes as texts, whatever their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from obsgen.diff.pairs import Pair
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.routing.grounds import configurations_of
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


def named(configuration: Configuration) -> list[Located]:
    """The receivers of a configuration."""
    listed = configuration.located.at("receivers").items()
    return [each for each in listed if isinstance(each.value, dict) and each.value.get("name")]


def by_name(found: list[Located]) -> dict[str, Located]:
    """Things by name; where several objects have some of one name, a number tells them apart."""
    known: dict[str, Located] = {}
    for each in found:
        name, number = str(each.value["name"]), 2
        while name in known:
            name, number = f"{each.value['name']} ({number})", number + 1
        known[name] = each
    return known


def content(part: Located) -> dict[str, Any]:
    """What something says besides its name."""
    return {key: each for key, each in part.value.items() if key != "name"}


def renamed(old: Mapping[str, Located], new: Mapping[str, Located]) -> dict[str, str]:
    """The new names of receivers that are called otherwise, and say the same, by the old ones."""
    come = [name for name in new if name not in old]
    found: dict[str, str] = {}
    for name in (each for each in old if each not in new):
        same = [each for each in come if each not in found.values() and content(new[each]) == content(old[name])]
        if same:
            found[name] = same[0]
    return found


class RouteLine(NamedTuple):
    """A route that came or went: the way to it, the receiver of its own or inherited, and what else it says."""

    sign: str
    way: str
    receiver: str
    rest: str = ""

    def __str__(self) -> str:
        return f"{self.sign} {self.way} → {self.receiver}{f' ({self.rest})' if self.rest else ''}"


def changed_routes(pair: Pair) -> list[RouteLine]:
    """The routes that came or went; none where only their order differs, or what their receivers are called."""
    found = configured(pair)
    before, after = [one for each in found for one in each.old], [one for each in found for one in each.new]
    if not before or not after:
        return []
    names = renamed(*(by_name([each for one in side for each in named(one)]) for side in (before, after)))
    old = Counter(each._replace(receiver=names.get(each.receiver, each.receiver)) for each in _lines(before))
    new = Counter(_lines(after))
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
