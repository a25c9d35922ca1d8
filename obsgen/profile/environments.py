"""Environments: what a profile becomes in each of them, and where every value was written.

An environment repeats the profile's keys for what differs. Mappings merge key by key; a list of named items is changed
by a mapping from names to changes; `null` removes; any other value replaces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from obsgen.findings import Place
from obsgen.source import Document, Route

DEFAULT_ENVIRONMENT = "prod"
"""The only environment of a profile that names none."""

_NOT_SETTINGS = ("apiVersion", "kind", "environments")


@dataclass(frozen=True)
class Merged:
    """The raw settings of one environment; `origins` says at which routes another part of the file takes over."""

    value: dict[str, Any]
    document: Document
    origins: dict[Route, Route] = field(default_factory=dict)

    def written_at(self, route: Route) -> Route:
        """The route in the file of the value at `route` in the merged settings."""
        for length in range(len(route), -1, -1):
            if route[:length] in self.origins:
                return self.origins[route[:length]] + route[length:]
        return route

    def place(self, route: Route, key: bool = False) -> Place:
        """Where the value (or its key) at `route` was written."""
        return self.document.place(self.written_at(route), key=key)


def merge(document: Document, environment: str | None) -> Merged:
    """The raw settings of an environment, or without one of the profile itself."""
    settings = {key: value for key, value in document.value.items() if key not in _NOT_SETTINGS}
    changes = (document.value.get("environments") or {}).get(environment)
    if not isinstance(changes, dict):
        return Merged(settings, document)
    merged = Merged({}, document)
    merged.value.update(_mapping(settings, changes, (), ("environments", str(environment)), merged.origins))
    return merged


def _mapping(
    base: dict[str, Any], changes: dict[str, Any], route: Route, source: Route, origins: dict[Route, Route]
) -> dict[str, Any]:
    result = dict(base)
    for key, change in changes.items():
        here, there = (*route, key), (*source, key)
        if change is None:
            result.pop(key, None)
        elif isinstance(change, dict) and isinstance(base.get(key), dict):
            result[key] = _mapping(base[key], change, here, there, origins)
        elif isinstance(change, dict) and _is_named_list(base.get(key)):
            result[key] = _named_list(base[key], change, here, there, origins)
        else:
            origins[here] = there
            result[key] = change
    return result


def _is_named_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in value)


def _named_list(
    base: list[Any], changes: dict[str, Any], route: Route, source: Route, origins: dict[Route, Route]
) -> list[Any]:
    """The items of a list, changed by name; names that are new are added at the end."""
    result: list[Any] = []
    for index, item in enumerate(base):
        name = item["name"]
        here = (*route, len(result))
        if name in changes and changes[name] is None:
            continue
        origins[here] = (*route, index)
        if isinstance(changes.get(name), dict):
            item = _mapping(item, changes[name], here, (*source, name), origins)
        result.append(item)
    for name in changes.keys() - {item["name"] for item in base}:
        if isinstance(changes[name], dict):
            origins[(*route, len(result))] = (*source, name)
            result.append({"name": name, **changes[name]})
    return result
