"""Alertmanager's configuration wherever it stands: files, Secrets, ConfigMaps, Helm values, custom resources."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from obsgen.findings import InputError, Place
from obsgen.repository.objects import Embedded, KubeObject, Located
from obsgen.signalpath.resources import NOBODY, native_matcher
from obsgen.source import Route, load_text

RESOURCE = ("monitoring.coreos.com", "AlertmanagerConfig")
_KEY = re.compile(r"alertmanager[\w.-]*\.ya?ml")


@dataclass(frozen=True, slots=True)
class Keys:
    """What a form of the configuration calls things."""

    group_by: str
    mute: str
    only: str
    intervals: tuple[str, ...]
    inhibit: str


_MUTE = "mute_time_intervals"
NATIVE = Keys("group_by", _MUTE, "active_time_intervals", ("time_intervals", _MUTE), "inhibit_rules")
OBJECT = Keys("groupBy", "muteTimeIntervals", "activeTimeIntervals", ("muteTimeIntervals",), "inhibitRules")
BETA = replace(OBJECT, intervals=("timeIntervals",))
"""Those of AlertmanagerConfig at v1beta1."""


@dataclass(frozen=True, eq=False)
class Configuration:
    """One configuration: its value with places, the names of its keys, and the object that it stands in."""

    located: Located
    keys: Keys = NATIVE
    owner: KubeObject | None = None
    broken: str = ""
    """Why the text cannot be read as a configuration."""

    @property
    def is_native(self) -> bool:
        """Whether it is in Alertmanager's own language, as amtool reads it."""
        return self.keys is NATIVE

    @property
    def value(self) -> dict[str, Any]:
        """The mapping; empty where the text is broken."""
        return self.located.value if isinstance(self.located.value, dict) else {}

    @property
    def root(self) -> Located | None:
        """The outermost route."""
        route = self.located.at("route")
        return route if isinstance(route.value, dict) else None

    def routes(self) -> Iterator[Located]:
        """All routes, each before those below it."""
        if self.root:
            yield from _with_below(self.root)

    def matchers(self, route: Located) -> list[Located]:
        """The matchers of a route in the current form, those that can be read."""
        wanted = str if self.is_native else dict
        return [each for each in route.at("matchers").items() if isinstance(each.value, wanted)]

    def text(self, matcher: Located) -> str:
        """A matcher in Alertmanager's own language."""
        return str(matcher.value) if self.is_native else native_matcher(matcher.value)


def _with_below(route: Located) -> Iterator[Located]:
    yield route
    for below in routes_below(route):
        yield from _with_below(below)


def routes_below(route: Located) -> list[Located]:
    """The routes right below one."""
    return [each for each in route.at("routes").items() if isinstance(each.value, dict)]


@dataclass(frozen=True, slots=True)
class _Encoded:
    """Places inside a text that stands encoded in another one: the outer one's own."""

    outer: Located

    @property
    def file(self) -> str:
        return self.outer.file

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        return self.outer.place()

    def text_place(self, route: Route, offset: int, length: int = 1) -> Place:
        return self.outer.place()


def in_objects(objects: Iterable[KubeObject]) -> Iterator[Configuration]:
    """The configurations that objects hold or are."""
    for object_ in objects:
        kind = (object_.group, object_.kind)
        if kind == RESOURCE and isinstance(object_.value.get("spec"), dict):
            is_beta = str(object_.value.get("apiVersion")).endswith("/v1beta1")
            yield Configuration(object_.located.at("spec"), BETA if is_beta else OBJECT, object_)
        elif kind in (("", "Secret"), ("", "ConfigMap")):
            yield from _in_data(object_)


def _in_data(object_: KubeObject) -> Iterator[Configuration]:
    fields = ("stringData", "data") if object_.kind == "Secret" else ("data",)
    for field in fields:
        data = object_.value.get(field)
        for key, text in data.items() if isinstance(data, dict) else ():
            if isinstance(text, str) and _KEY.fullmatch(str(key)):
                encoded = object_.kind == "Secret" and field == "data"
                yield _read(object_, object_.located.at(field, key), encoded=encoded)


def _read(object_: KubeObject, outer: Located, *, encoded: bool) -> Configuration:
    try:
        text = base64.b64decode(outer.value, validate=True).decode() if encoded else str(outer.value)
        documents = load_text(text, f"{outer.route[-1]}")
    except (binascii.Error, UnicodeDecodeError):
        return Configuration(outer, owner=object_, broken="it is no base64 of a text")
    except InputError as problem:
        return Configuration(outer, owner=object_, broken=problem.findings[0].message)
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        return Configuration(outer, owner=object_, broken="it is no mapping of keys")
    where = _Encoded(outer) if encoded else Embedded(documents[0], outer, object_)
    return Configuration(Located(documents[0].value, where), owner=object_)


def in_values(values: Located) -> Iterator[Configuration]:
    """The configuration in the values of a chart of Alertmanager, or of one that brings it."""
    for route in (("alertmanager", "config"), ("config",)):
        found = values.at(*route)
        if isinstance(found.value, dict) and isinstance(found.value.get("route"), dict):
            yield Configuration(found)


CHART_ROUTE = {"receiver": NOBODY, "matchers": ['alertname = "Watchdog"']}
"""The only route of kube-prometheus-stack's own values (its values.yaml, `alertmanager.config`)."""
_CHART_CONFIG: dict[str, Any] = {
    "route": {"receiver": NOBODY, "routes": [CHART_ROUTE]},
    "receivers": [{"name": NOBODY}],
}


def in_chart_values(values: Located) -> Iterator[Configuration]:
    """The configuration in values of kube-prometheus-stack, with what the chart's own values add to its routes."""
    yield from (in_chart(each) for each in in_values(values) if _is_of_chart(each))


def in_chart(found: Configuration) -> Configuration:
    """A configuration in values of kube-prometheus-stack as the chart installs it; any other one as it is."""
    if not _is_of_chart(found):
        return found
    return replace(found, located=replace(found.located, value=_laid(_CHART_CONFIG, found.value)))


def _is_of_chart(found: Configuration) -> bool:
    return found.owner is None and found.located.route[-2:] == ("alertmanager", "config")


def _laid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Values as Helm lays them on each other: mappings key by key, lists replace each other, null removes."""
    both = {
        key: _laid(below[key], value)
        for key, value in above.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }
    return {key: value for key, value in {**below, **above, **both}.items() if value is not None}


@dataclass(frozen=True, eq=False)
class RouteTable:
    """Cases of alerts and receivers, for the configuration that a path, relative to their file, leads to."""

    located: Located
    path: Path

    @property
    def configuration(self) -> str:
        """The path."""
        return str(self.located.value.get("configuration") or "")

    @property
    def target(self) -> Path:
        """What the path leads to."""
        return Path(self.path.parent, self.configuration).resolve()

    @property
    def own_namespace(self) -> bool:
        """Whether AlertmanagerConfig objects see the alerts of their own namespace alone."""
        return self.located.value.get("ownNamespace") is not False

    def cases(self) -> list[Located]:
        """The cases; what is no mapping is left out."""
        return [each for each in self.located.at("cases").items() if isinstance(each.value, dict)]
