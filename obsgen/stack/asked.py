"""Which components an environment asks for: those of its servers, and those of the platform that are there anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from obsgen.components.catalogue import HEAD, ComponentFolder
from obsgen.hints import closest, nearest
from obsgen.profile.models import Application, OwnAlert, PlatformSettings, ServerSettings
from obsgen.source import Route
from obsgen.stack.applications import declared
from obsgen.stack.scope import Scope
from obsgen.stack.servers import listed


@dataclass(frozen=True)
class Asked:
    """A server, its component, and where the profile speaks of it.

    One that is `doubled` has the name of another: what is wrong with it is told, and it is left out.
    """

    server: ServerSettings
    folder: ComponentFolder
    route: Route
    doubled: bool = False


def servers_asked(scope: Scope) -> Iterator[Asked]:
    """The servers of the profile whose components can be had."""
    names: set[str] = set()
    for role, route, server in listed(scope.settings):
        doubled = server.name in names
        if doubled:
            hint = "objects, alerts and thresholds are told apart by it: choose another"
            _refuse_name(scope, route, f"the name '{server.name}' is used twice", hint)
        names.add(server.name)
        find = partial(component_of, scope, server.type, role, (*route, "type"))
        if folder := scope.faults.attempt(find, None):
            yield Asked(server, _own(scope, folder, server, route), route, doubled)


def _own(scope: Scope, folder: ComponentFolder, server: ServerSettings, route: Route) -> ComponentFolder:
    """The component as the server uses it: an application's name stands for one of its own."""
    if not isinstance(server, Application):
        return folder
    if server.name in scope.catalogue.names and server.name != server.type:
        _refuse_name(scope, route, f"'{server.name}' is the name of a component")
    alerts = [each for each in scope.settings.alerts.values() if isinstance(each, OwnAlert)]
    spoken_of = {each.signal for each in alerts if each.server == server.name and each.signal}
    return declared(folder, server, route, scope.ledger, spoken_of)


def component_of(scope: Scope, name: str, role: str, route: Route) -> ComponentFolder | None:
    """A component by name and role; one that there is not is told."""
    known = scope.catalogue.of_role(role)
    if name in known:
        return scope.catalogue.get(name)
    wrong = scope.catalogue.head(name).role if name in scope.catalogue.names else None
    message = f"'{name}' is of the role {wrong}, not {role}" if wrong else f"no {role} type '{name}'"
    hint = nearest(name, known)
    if not wrong and not closest(name, known):
        hint += "; one of your own: `--templates DIR`, or `templates: [DIR]` in the profile"
    scope.ledger.error("profile/unknown-component", message, route, hint)
    return None


def platform_asked(scope: Scope, context: Mapping[str, Any]) -> Iterator[Asked]:
    """The components that are there without being listed, each under its own name."""
    chosen = scope.settings.platform
    names = scope.catalogue.of_role("platform")
    for name in chosen.keys() - set(names):
        message = f"no platform component '{name}'"
        scope.ledger.error("profile/unknown-component", message, ("platform", name), nearest(name, names), key=True)
    for folder in scope.faults.each(names, scope.catalogue.get):
        activate = partial(folder.origin(HEAD, "activate").holds, folder.component.activate, context)
        if scope.faults.attempt(activate, False):
            own = chosen.get(folder.name, PlatformSettings())
            server = ServerSettings(name=folder.name, type=folder.name).model_copy(update=own.__dict__)
            yield Asked(server, folder, ("platform", folder.name), _is_doubled(scope, folder.name))


def _is_doubled(scope: Scope, platform: str) -> bool:
    """Whether a server has the name of a platform component, which is told."""
    same = [route for _, route, server in listed(scope.settings) if server.name == platform]
    message = f"'{platform}' is the name of a platform component, whose objects are called so already"
    for route in same:
        _refuse_name(scope, route, message)
    return bool(same)


def _refuse_name(scope: Scope, route: Route, message: str, hint: str = "choose another") -> None:
    scope.ledger.error("profile/duplicate-name", message, (*route, "name"), hint)
