"""AlertmanagerConfig objects as the operator makes one configuration of them, as far as routes are concerned.

Each object's route stands below one root whose receiver tells nobody, is asked whatever the others took, and sees the
alerts of its own namespace alone unless the Alertmanager's strategy says otherwise. Source: prometheus-operator 0.93.0,
pkg/alertmanager/amcfg.go (convertRoute, enforceNamespaceForRoute) and operator.go for the default configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from obsgen.promql.build import quoted
from obsgen.signalpath.routing import Labels, receivers

NOBODY = "null"
"""The receiver of the root: what reaches it is told to nobody."""

Resource = tuple[str, Mapping[str, Any]]
"""An AlertmanagerConfig: its namespace and its `spec`."""


def combined(resources: Iterable[Resource], *, own_namespace: bool = True) -> dict[str, Any]:
    """The routes and receivers of some objects in Alertmanager's own language, receivers under their plain names."""
    found = [(namespace, spec) for namespace, spec in resources if isinstance(spec.get("route"), Mapping)]
    routes = [_top(spec["route"], namespace if own_namespace else None) for namespace, spec in found]
    names = {name: None for route in routes for name in _named(route)}
    return {
        "route": {"receiver": NOBODY, **({"routes": routes} if routes else {})},
        "receivers": [{"name": name} for name in (NOBODY, *names)],
    }


def told(configuration: Mapping[str, Any], labels: Labels) -> list[str]:
    """The receivers of an alert, without the one that tells nobody."""
    return [name for name in receivers(configuration, labels) if name != NOBODY]


def _top(route: Mapping[str, Any], namespace: str | None) -> dict[str, Any]:
    own = native_route(route)
    enforced = [f'namespace="{namespace}"'] if namespace is not None else []
    return {**own, "matchers": [*enforced, *own.get("matchers", ())], "continue": True}


def native_route(route: Mapping[str, Any]) -> dict[str, Any]:
    """A route of an object in Alertmanager's own language: receiver, matchers, continue, routes below."""
    below = [native_route(each) for each in _listed(route.get("routes")) if isinstance(each, Mapping)]
    matchers = [native_matcher(each) for each in _listed(route.get("matchers")) if isinstance(each, Mapping)]
    return {
        **({"receiver": route["receiver"]} if route.get("receiver") else {}),
        **({"matchers": matchers} if matchers else {}),
        **({"continue": True} if route.get("continue") else {}),
        **({"routes": below} if below else {}),
    }


def native_matcher(matcher: Mapping[str, Any]) -> str:
    """A matcher of an object as text; `regex: true` is how older objects say `=~`."""
    operator = matcher.get("matchType") or ("=~" if matcher.get("regex") else "=")
    return f"{matcher.get('name')}{operator}{quoted(str(matcher.get('value') or ''))}"


def _named(route: Mapping[str, Any]) -> list[str]:
    below = [name for each in route.get("routes", ()) for name in _named(each)]
    return [*([str(route["receiver"])] if "receiver" in route else []), *below]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
