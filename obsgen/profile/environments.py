"""Environments: what a profile becomes in each of them, and where every value was written.

An environment repeats the profile's keys for what differs. Mappings merge key by key; a list of named items is changed
by a mapping from names to changes; `null` removes; any other value replaces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from obsgen.findings import Finding, Place, error
from obsgen.hints import nearest
from obsgen.source import Document, Route

DEFAULT_ENVIRONMENT = "prod"
"""The only environment of a profile that names none."""

NOT_SETTINGS = ("apiVersion", "kind", "environments")
"""Keys that are the file's, and nothing of any environment."""
EVERYWHERE = ("stack", "templates", "dashboards")
"""Keys that say the same in every environment: names, vocabulary and boards do not differ."""


def main_environment(names: Iterable[str]) -> str:
    """The environment that examples and commands speak of: production where there is one, else the last."""
    known = list(names)
    return DEFAULT_ENVIRONMENT if DEFAULT_ENVIRONMENT in known else known[-1]


@dataclass(frozen=True)
class Merged:
    """The raw settings of one environment; `origins` says at which routes another part of the file takes over.

    `faults` are changes that would change nothing, or may not be made.
    """

    value: dict[str, Any]
    document: Document
    origins: dict[Route, Route] = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)

    def written_at(self, route: Route) -> Route:
        """The route in the file of the value at `route` in the merged settings."""
        for length in range(len(route), -1, -1):
            if route[:length] in self.origins:
                return self.origins[route[:length]] + route[length:]
        return route

    def place(self, route: Route, key: bool = False) -> Place:
        """Where the value (or its key) at `route` was written."""
        return self.document.place(self.written_at(route), key=key)

    def refuse(self, message: str, source: Route, hint: str) -> None:
        """Notes a fault of the change that stands at `source` in the file."""
        self.faults.append(error("profile/environment", message, self.document.place(source, key=True), hint))


def merge(document: Document, environment: str | None) -> Merged:
    """The raw settings of an environment, or without one of the profile itself."""
    settings = {key: value for key, value in document.value.items() if key not in NOT_SETTINGS}
    every = document.value.get("environments")
    changes = every.get(environment) if isinstance(every, dict) and environment is not None else None
    if not isinstance(changes, dict):
        return Merged(settings, document)
    source: Route = ("environments", str(environment))
    merged = Merged({}, document)
    for key in changes.keys() & {*EVERYWHERE}:
        merged.refuse(f"'{key}' is the same in every environment", (*source, key), "write it at the profile's top")
    merged.value.update(_mapping(settings, changes, (), source, merged))
    return merged


def _mapping(
    base: dict[str, Any], changes: dict[str, Any], route: Route, source: Route, merged: Merged
) -> dict[str, Any]:
    result = dict(base)
    for key, change in changes.items():
        here, there = (*route, key), (*source, key)
        if change is None:
            _remove(result, key, there, merged)
        elif isinstance(change, dict) and isinstance(base.get(key), dict):
            result[key] = _mapping(base[key], change, here, there, merged)
        elif isinstance(change, dict) and _is_named_list(base.get(key)):
            result[key] = _named_list(base[key], change, here, there, merged)
        else:
            merged.origins[here] = there
            result[key] = change
    return result


def _remove(result: dict[str, Any], key: str, source: Route, merged: Merged) -> None:
    if key not in result:
        hint = nearest(str(key), sorted(map(str, result)))
        merged.refuse(f"null removes, but there is no '{key}' to remove", source, hint)
    result.pop(key, None)


def _is_named_list(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict) and isinstance(item.get("name"), str) for item in value
    )


def _named_list(base: list[Any], changes: dict[str, Any], route: Route, source: Route, merged: Merged) -> list[Any]:
    """The items of a list, changed by name; names that are new are added at the end, in their own order."""
    kept: list[Any] = []
    for index, item in enumerate(base):
        name = item["name"]
        if name in changes and changes[name] is None:
            continue
        here = (*route, len(kept))
        merged.origins[here] = (*route, index)
        if isinstance(changes.get(name), dict):
            item = _mapping(item, changes[name], here, (*source, name), merged)
        kept.append(item)
    names = [item["name"] for item in base]
    for name, change in sorted(changes.items(), key=str):
        if change is None and name in names:
            continue
        if change is None:
            merged.refuse(
                f"null removes, but there is no '{name}' to remove", (*source, name), nearest(str(name), names)
            )
        elif not isinstance(change, dict):
            merged.refuse(f"'{name}' cannot be changed into this", (*source, name), "write {…}, or null to remove it")
        elif name not in names:
            merged.origins[(*route, len(kept))] = (*source, name)
            kept.append({"name": name, **change})
    return kept
