"""A profile as one environment has it, and the lines that decide about its servers, alerts and sections."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from obsgen.components.catalogue import ComponentFolder
from obsgen.components.objectives import Objective
from obsgen.components.rules import Alert
from obsgen.components.sentences import Condition
from obsgen.conventions import HUB
from obsgen.findings import Place
from obsgen.profile.environments import Merged
from obsgen.profile.models import OwnAlert, Settings
from obsgen.source import Route
from obsgen.stack.model import Instance, Stack
from obsgen.stack.servers import listed

_NAME = re.compile(r"[a-z_]\w*")
_KEYS = {name: field.alias or name for name, field in Settings.model_fields.items()}
"""The profile's sections: as templates call them, and as profiles write them."""


@dataclass(frozen=True, eq=False)
class Told:
    """An alert of one server: the component's key of it, and the sentence, or the objective, that it comes from."""

    instance: Instance
    key: str
    sentence: Alert | Objective


@dataclass(frozen=True)
class Limit:
    """A limit as a sentence writes it, a threshold's name or a quantity, and under which of its keys."""

    key: str
    text: str
    is_quantile: bool


@dataclass(frozen=True, eq=False)
class View:
    """One environment of a profile (or what all share): where its values were written, and what they come to."""

    merged: Merged
    stack: Stack
    others: tuple[Merged, ...] = ()
    """Of what all share: the environments, which may differ."""

    def written(self, *route: str | int, key: bool = False) -> Place | None:
        """Where a value (or its key) was written; None where the profile leaves it to a default."""
        at = self.merged.written_at(route)
        if self.merged.document.at(at) is None or not self._has(route):
            return None
        return self.merged.document.place(at, key=key)

    def _has(self, route: Route) -> bool:
        """Whether there is a value: an environment may have removed what the profile says."""
        value: Any = self.merged.value
        for step in route:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return False
        return True

    def first(self, routes: Iterable[Route]) -> Place | None:
        """Where the first of the values that was written stands."""
        return next((place for route in routes if (place := self.written(*route))), None)

    def route(self, instance: Instance) -> Route:
        """Where the profile speaks of a server, or of a component that is there without being listed."""
        return self._routes.get((instance.name, instance.folder.name)) or self._routes.get(
            (instance.name, ""), ("platform", instance.name)
        )

    @cached_property
    def _routes(self) -> Mapping[tuple[str, str], Route]:
        """The servers by name; what runs inside another by its component, too."""
        found: dict[tuple[str, str], Route] = {}
        for _, route, server in listed(self.stack.settings):
            found[server.name, ""] = route
            runtime = getattr(server, "runtime", None)
            if runtime:
                found[server.name, runtime.type] = (*route, "runtime")
        return found

    def is_same_everywhere(self, instance: Instance, key: str) -> bool:
        """Whether no environment says something else of a server."""
        route = self.route(instance)
        own = self.merged.written_at((*route, key))
        there = [(each, _moved(each, route, instance.name)) for each in self.others]
        return all(each.written_at((*moved, key)) == own for each, moved in there if moved)

    def is_version(self, place: Place) -> bool:
        """Whether a line says which version of a server runs, or is where it would."""
        lines = (self.written(*self.route(each), "version") or self.entry(each) for each in self.stack.instances)
        return place in lines

    def entry(self, instance: Instance) -> Place | None:
        """Where a server begins: at its name, else at its key; a component that is not listed in its section."""
        route = self.route(instance)
        if route[0] == "platform":
            return self.written(*route, key=True) or self.section(instance.folder)
        named = None if route[-1] == "runtime" else self.written(*route, "name")
        return named or self.written(*route, key=True)

    def section(self, component: ComponentFolder | str) -> Place | None:
        """The key of the section that brings a component, or has its name."""
        name = component if isinstance(component, str) else component.name
        if name == HUB:
            route: Route = (HUB,)
            return self.merged.document.place(route, key=True) if self.merged.document.at(route) else None
        activate = "" if isinstance(component, str) else component.component.activate or ""
        for word in (name, *_NAME.findall(activate)):
            if word in _KEYS:
                return self.written(_KEYS[word], key=True)
        return self.written(name, key=True) if name in _KEYS.values() else None

    def owner(self, component: str, name: str) -> Instance | None:
        """The server that an object of a component belongs to: the one of its name, or the only one."""
        mine = self.of_components({component})
        named = [each for each in mine if each.name == name] or mine
        return named[0] if len(named) == 1 else None

    def named(self, name: str) -> Instance | None:
        """The server of a name, the outer one where another runs inside it."""
        return next((each for each in self.stack.instances if each.name == name), None)

    def of_components(self, components: Collection[str]) -> list[Instance]:
        """All that is at work of some components."""
        return [each for each in self.stack.instances if each.folder.name in components]

    def told(self, name: str, server: str | None) -> Told | None:
        """The alert that has a name, renamed or not; None where several servers have it and none is meant."""
        mine = [each for each in self.stack.instances if server in (None, each.name)]
        found = [told for each in mine for told in _alerts(each) if _called(each, told.key) == name]
        return found[0] if len(found) == 1 else None

    def recording(self, name: str, server: str | None) -> Instance | None:
        """The server that a series is recorded of, if it can only be one."""
        mine = [each for each in self.stack.instances if any(one.record == name for one in each.folder.recordings)]
        named = [each for each in mine if each.name == server] or mine
        return named[0] if len(named) == 1 else None

    def server_of_object(self, name: str) -> str | None:
        """The server whose rules stand in a PrometheusRule of that name; None where one object has them all."""
        return None if self.stack.settings.rules.object else name


def _moved(merged: Merged, route: Route, name: str) -> Route | None:
    """The route of a server in another environment, whose list may have other items before it; None without it."""
    if len(route) < 2 or not isinstance(route[1], int):
        return route
    items = merged.value.get(str(route[0])) or ()
    at = next((index for index, each in enumerate(items) if each.get("name") == name), None)
    return None if at is None else (route[0], at, *route[2:])


def _alerts(instance: Instance) -> Iterator[Told]:
    for key, alert in {**instance.folder.alerts, **instance.own_alerts}.items():
        yield Told(instance, key, alert)
    for name in instance.objectives:
        objective = instance.folder.objectives[name]
        yield Told(instance, objective.alert, objective)


def _called(instance: Instance, key: str) -> str:
    change = instance.changes.get(key)
    return (change and change.name) or key


def limits(told: Told) -> list[Limit]:
    """The limits of an alert, the main one first."""
    sentence = told.sentence
    if isinstance(sentence, Objective):
        events, minutes = sentence.events, sentence.minutes
        of_events = [Limit("within", events.within, is_quantile=True)] if events and events.within else []
        return [*of_events, *(_limits(minutes) if minutes else ())]
    parts = (sentence, *sentence.any_, *(each for each in (sentence.while_, sentence.unless_) if each))
    return [limit for each in parts for limit in _limits(each)]


def _limits(condition: Condition) -> Iterator[Limit]:
    for key, text in (("above", condition.above), ("below", condition.below)):
        if text:
            yield Limit(key, text, is_quantile=condition.quantile is not None)


def is_own(told: Told) -> bool:
    """Whether the profile itself brings the alert."""
    return isinstance(told.sentence, OwnAlert)
