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
_OURS = frozenset(("app.kubernetes.io/component", "app.kubernetes.io/managed-by", "app.kubernetes.io/version"))

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
    if key in ("namespace", "matchNames", "targetNamespace"):
        return [(NAMESPACE, text)]
    if above in ("destination", "destinations") or key == "destinations":
        return [(CLUSTER, text)] if key == "name" else []
    if above in _LABELS:
        return [] if key in _MEANING or key in _OURS else [(key, text)]
    if "=" not in text:
        return []
    return [(name, value) for name, value in _MATCHER.findall(text) if name not in _MEANING]
