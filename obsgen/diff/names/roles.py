"""Names that many places share, by the role that they have there: namespaces, and values of labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from obsgen.source import Route

NAMESPACE, CLUSTER, SERVER = "namespace", "cluster", "server"
HOME = "namespace of objects"
"""Where objects are themselves: others may be asked for in the same namespace, and stay there."""
_MATCHER = re.compile(r'\b([a-zA-Z_]\w*)\s*=\s*\\?"([\w./:-]+)\\?"')
_MEANING = frozenset(("alertname", "le", "quantile", "severity", "version"))
"""Labels whose values mean something: another one is no other name of the same thing."""
_LABELS = frozenset(("labels", "externalLabels", "external_labels", "commonLabels"))
_DESTINATIONS = frozenset(("destination", "destinations"))
_NAMESPACES = frozenset(("namespace", "matchNames", "targetNamespace"))
_VERSION = re.compile(r"v?\d")
_OURS = frozenset(
    ("helm.sh/chart", "app.kubernetes.io/component", "app.kubernetes.io/managed-by", "app.kubernetes.io/version")
)

Role = tuple[str, str]
"""A role, and the name that something has in it."""


def roles(value: Any) -> Counter[Role]:
    """How often each name stands in its role in an object or file."""
    return Counter(role for route, text in _texts(value) for role in _of_text(route, text))


def _texts(value: Any, route: Route = ()) -> Iterator[tuple[Route, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, (*route, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, (*route, index))
    elif isinstance(value, str):
        yield route, value


def _of_text(route: Route, text: str) -> Iterable[Role]:
    keys = [each for each in route if isinstance(each, str)]
    key, above = (keys[-1] if keys else ""), (keys[-2] if len(keys) > 1 else "")
    if keys == ["metadata", "namespace"]:
        return [(HOME, text)]
    if key in _NAMESPACES:
        return [(NAMESPACE, text)]
    if above in _DESTINATIONS:
        return [(CLUSTER, text)] if key == "name" else []
    if above in _LABELS:
        return [] if key in _MEANING or key in _OURS or _VERSION.match(text) else [(key, text)]
    if "=" not in text:
        return []
    found = _MATCHER.findall(text)
    return [(name, value) for name, value in found if name not in _MEANING and not _VERSION.match(value)]


def written(value: Any) -> frozenset[Role]:
    """The values that something gives to labels: what is only asked for is called so by others."""
    return frozenset(_written(value))


def _written(value: Any) -> Iterator[Role]:
    if isinstance(value, dict):
        target, made = value.get("targetLabel"), value.get("replacement")
        if isinstance(target, str) and isinstance(made, str):
            yield target, made
        for key, each in value.items():
            if key in _DESTINATIONS or key in _NAMESPACES:
                yield from (role for route, text in _texts(each, (key,)) for role in _of_text(route, text))
            elif key in _LABELS and isinstance(each, dict):
                yield from ((str(label), str(text)) for label, text in each.items())
            else:
                yield from _written(each)
    elif isinstance(value, list):
        for each in value:
            yield from _written(each)
