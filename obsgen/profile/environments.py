"""Environments: what a profile becomes in each of them, and where every value was written.

An environment repeats the profile's keys for what differs. Mappings merge key by key; a list of named items is changed
by a mapping from names to changes, never by a list, which would drop whatever it does not repeat; `null` removes; any
other value replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from obsgen.conventions import HUB
from obsgen.findings import Finding, Place, error
from obsgen.hints import nearest
from obsgen.profile.names import is_name
from obsgen.profile.shape import NAMED_LISTS, OPTIONAL_PARTS
from obsgen.source import Document, Route

DEFAULT_ENVIRONMENT = "prod"
"""The only environment of a profile that names none."""

NOT_SETTINGS = ("apiVersion", "kind", "environments", "clusters", "clustersFile", "hub")
"""Keys that are the file's, and nothing of any environment."""
NOT_OF_HUB = ("modelServers", "gpuExporter", "applications", "exporters", "providers", "prices")
"""What runs on the other clusters: the hub only shows it."""
ASSUMED: frozenset[Route] = frozenset((("prometheus", "selectorLabels"), ("grafana", "sidecarLabel")))
"""Labels that are taken for granted where a profile names none: what is named is all that is left of them."""
EVERYWHERE = ("stack", "templates", "dashboards")
"""Keys that say the same in every environment: names, vocabulary and boards do not differ."""


ANY_ITEM = ""
"""Stands in a route for whichever item of a list it was."""


class Mark(Enum):
    """What stands where no value is."""

    GONE = "told as a fault and left out"
    NOTHING = "not written"


def main_environment(names: Iterable[str]) -> str:
    """The environment that examples and commands speak of: production where there is one, else the last."""
    every = list(names)
    known = [name for name in every if name != HUB and "/" not in name] or every
    return DEFAULT_ENVIRONMENT if DEFAULT_ENVIRONMENT in known else known[-1]


@dataclass(frozen=True)
class Merged:
    """The raw settings of one environment; `origins` says at which routes another part of the file takes over.

    `faults` are changes that would change nothing, or may not be made. `lost` are the routes at which the document has
    `Mark.GONE`: values of faults that are told already, so that what follows from their absence is not. An item of a
    list has no place once it is gone, and the route of the list with `ANY_ITEM` behind it.
    """

    value: dict[str, Any]
    document: Document
    origins: dict[Route, Route] = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)
    lost: set[Route] = field(default_factory=set)

    def written_at(self, route: Route) -> Route:
        """The route in the file of the value at `route` in the merged settings."""
        for length in range(len(route), -1, -1):
            if route[:length] in self.origins:
                return self.origins[route[:length]] + route[length:]
        return route

    def place(self, route: Route, key: bool = False) -> Place:
        """Where the value (or its key) at `route` was written."""
        return self.document.place(self.written_at(route), key=key)

    def text_place(self, route: Route, offset: int, length: int) -> Place:
        """Where a part of the text at `route` was written."""
        return self.document.text_place(self.written_at(route), offset, length)

    def refuse(self, message: str, source: Route, hint: str) -> None:
        """Notes a fault of the change that stands at `source` in the file."""
        self.faults.append(error("profile/environment", message, self.document.place(source, key=True), hint))


def merge(document: Document, environment: str | None) -> Merged:
    """The raw settings of an environment, or without one of the profile itself."""
    settings = {key: value for key, value in document.value.items() if key not in NOT_SETTINGS}
    every = document.value.get("environments")
    changes = every.get(environment) if isinstance(every, dict) and environment is not None else None
    why = dict.fromkeys(EVERYWHERE, ("is the same in every environment", "write it at the profile's top"))
    return lay(Merged(settings, document), changes, ("environments", str(environment)), why)


def lay(below: Merged, changes: Any, source: Route, refused: Mapping[str, tuple[str, str]]) -> Merged:
    """Settings with changes, which stand at `source`, laid on; `refused` are keys that may not be changed, and why."""
    merger = _Merger(Merged({}, below.document, dict(below.origins), [], set(below.lost)), below)
    changes = changes if isinstance(changes, dict) else {}
    for key in sorted(changes.keys() & refused.keys()):
        reason, hint = refused[key]
        merger.merged.refuse(f"'{key}' {reason}", (*source, key), hint)
    kept = {key: value for key, value in changes.items() if key not in refused}
    merger.merged.value.update(merger.mapping(below.value, kept, (), source))
    return merger.merged


@dataclass(frozen=True)
class _Merger:
    """Lays changes on settings; `route` leads to the merged value, `source` to the change in the file."""

    merged: Merged
    below: Merged
    fresh: set[Route] = field(default_factory=set)
    """Routes of values that stand in the changes as a whole."""

    def mapping(
        self, base: Mapping[str, Any], changes: Mapping[str, Any], route: Route, source: Route
    ) -> dict[str, Any]:
        """A mapping with its changes, key by key."""
        result = {}
        for key in {**base, **changes}:
            here, there = (*route, key), (*source, key)
            change = changes.get(key, Mark.NOTHING)
            if change is None and key not in base:
                self._nothing_to_remove(str(key), there, sorted(map(str, base)))
            value = self._value(base.get(key, Mark.NOTHING), change, here, there)
            if value is Mark.GONE:
                self.merged.lost.add(here)
            elif value is not Mark.NOTHING:
                result[key] = value
        return result

    def _value(self, old: Any, change: Any, route: Route, source: Route) -> Any:
        """What a value becomes; Mark.NOTHING where nothing is left of it."""
        if change is Mark.GONE:
            self.merged.lost.add(route)
        if isinstance(change, Mark):
            return self._kept(old, route)
        if change is None:
            return Mark.NOTHING
        if route in NAMED_LISTS and isinstance(change, dict):
            base = [] if old is Mark.NOTHING else old
            return self._items(base, change, route, source) if isinstance(base, list) else base
        if self._is_refused(old, change, route, source):
            return self._kept(old, route)
        if isinstance(change, dict) and isinstance(old, dict):
            return self.mapping(old, change, route, source)
        self._forget(route)
        self._comes_from(route, source)
        return self._kept(change, route)

    def _comes_from(self, route: Route, source: Route) -> None:
        self.merged.origins[route] = source
        self.fresh.add(route)

    def _is_fresh(self, route: Route) -> bool:
        """Whether a value, or what it is in, stands in the changes as a whole."""
        return any(route[:length] in self.fresh for length in range(len(route) + 1))

    def _forget(self, route: Route) -> None:
        """Drops what is known of the origins below a route, whose value is another one now."""
        for each in [each for each in self.merged.origins if each[: len(route)] == route]:
            del self.merged.origins[each]

    def _moved(self, route: Route, old: Route) -> None:
        """An item of a list and everything in it was written where it was written under its old index."""
        if self._is_fresh(old):
            self.merged.origins[route] = self.merged.written_at(old)
            return
        for each, source in self.below.origins.items():
            if each[: len(old)] == old:
                self.merged.origins[(*route, *each[len(old) :])] = source
        self.merged.origins.setdefault(route, self.below.written_at(old))

    def _is_refused(self, old: Any, change: Any, route: Route, source: Route) -> bool:
        """Notes a change that would drop what it does not repeat, or that changes what is not there."""
        if route in NAMED_LISTS and isinstance(change, list) and isinstance(old, list) and old:
            names = [name for item in old if (name := _name(item))]
            if names:
                message = f"this list would replace all of {route[-1]}: {', '.join(names)}"
                hint = f"change them by name: {route[-1]}: {{{names[0]}: {{…}}}}; null instead of {{…}} removes one"
                self.merged.refuse(message, source, hint)
            return True
        needed = OPTIONAL_PARTS.get(route)
        if needed and isinstance(change, dict) and old is Mark.NOTHING and needed not in change:
            self.merged.refuse(f"there is no {route[-1]} to change", source, f"a new one has `{needed}:`")
            return True
        return False

    def _kept(self, value: Any, route: Route) -> Any:
        """A value that nothing changes, without what is gone."""
        if isinstance(value, dict):
            if route in ASSUMED and self._is_fresh(route):
                value = {key: each for key, each in value.items() if each is not None}
            return self.mapping(value, {}, route, ())
        if isinstance(value, list) and route in NAMED_LISTS:
            return self._items(value, {}, route, ())
        return value

    def _items(self, base: list[Any], changes: Mapping[str, Any], route: Route, source: Route) -> list[Any]:
        """The items of a list, changed by name; names that are new are added at the end, in their own order."""
        kept: list[Any] = []
        if not self._is_fresh(route):
            self._forget(route)
        names = [_name(item) for item in base]
        for index, (name, item) in enumerate(zip(names, base, strict=True)):
            change = changes.get(name, Mark.NOTHING) if name is not None else Mark.NOTHING
            if item is Mark.GONE:
                self.merged.lost.add((*route, ANY_ITEM))
            elif change is not None:
                here = (*route, len(kept))
                self._moved(here, (*route, index))
                kept.append(self._item(item, change, here, (*source, str(name))))
        for name, change in sorted(changes.items(), key=str):
            if name not in names and self._is_new(name, change, names, route, (*source, name)):
                here = (*route, len(kept))
                self._comes_from(here, (*source, name))
                kept.append(self._kept({"name": name, **change}, here))
        return kept

    def _item(self, item: Any, change: Any, route: Route, source: Route) -> Any:
        if not isinstance(change, dict | Mark):
            self._no_change(source)
            change = Mark.NOTHING
        return self._value(item, change, route, source)

    def _is_new(self, name: str, change: Any, names: list[str | None], route: Route, source: Route) -> bool:
        """Whether a name that is not in the list brings an item; if not, the reason is noted."""
        known = [each for each in names if each is not None]
        needed = NAMED_LISTS[route]
        if change is Mark.GONE:
            self.merged.lost.add((*route, ANY_ITEM))
        elif isinstance(change, dict) and needed in change:
            return True
        elif len(known) < len(names):
            pass  # an item without a name, which is told of, may be the one that is meant
        elif change is None:
            self._nothing_to_remove(str(name), source, known)
        elif not isinstance(change, dict):
            self._no_change(source)
        else:
            hint = " ".join(filter(None, (f"{nearest(str(name), known)};".lstrip(";"), f"a new one has `{needed}:`")))
            self.merged.refuse(f"there is no '{name}' among {route[-1]}", source, hint)
        return False

    def _no_change(self, source: Route) -> None:
        self.merged.refuse(f"'{source[-1]}' cannot be changed into this", source, "write {…}, or null to remove it")

    def _nothing_to_remove(self, name: str, source: Route, known: list[str]) -> None:
        self.merged.refuse(f"null removes, but there is no '{name}' to remove", source, nearest(name, known))


def _name(item: Any) -> str | None:
    """The name of a list's item, None if it has none, or one that is at fault."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if is_name(name) else None
