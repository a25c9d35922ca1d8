"""Label selectors and namespace selectors, as Kubernetes and prometheus-operator read them.

A selector that is not there selects nothing, an empty one everything. What depends on something outside of the files,
such as the labels of a namespace, is neither true nor false, but None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from obsgen.source import Route

Labels = Mapping[str, str]
Answer = bool | None
"""True, False, or None where the files do not tell."""

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has, whatever its manifest says."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on a label, and where in its selector it stands."""

    key: str
    operator: str
    values: tuple[str, ...]
    route: Route

    def holds(self, labels: Labels) -> bool:
        """Whether labels are so; NotIn is true of a label that is not there, In is not."""
        if self.operator == "Exists":
            return self.key in labels
        if self.operator == "DoesNotExist":
            return self.key not in labels
        if self.operator == "NotIn":
            return labels.get(self.key) not in self.values
        return labels.get(self.key) in self.values

    def __str__(self) -> str:
        if self.operator == "Exists":
            return f"a label {self.key}"
        if self.operator == "DoesNotExist":
            return f"no label {self.key}"
        values = ", ".join(self.values)
        if self.operator == "NotIn":
            return f"{self.key} not in ({values})"
        return f"{self.key}={values}" if len(self.values) == 1 else f"{self.key} in ({values})"


def requirements(selector: Any) -> list[Requirement]:
    """The conditions of a selector; none of an empty one, or of one that is not there."""
    return [*_equal(selector), *_expressions(selector)] if isinstance(selector, Mapping) else []


def _equal(selector: Mapping[str, Any]) -> list[Requirement]:
    found = selector.get("matchLabels")
    pairs = found.items() if isinstance(found, Mapping) else ()
    return [Requirement(str(key), "In", (str(value),), ("matchLabels", key)) for key, value in pairs]


def _expressions(selector: Mapping[str, Any]) -> list[Requirement]:
    found = selector.get("matchExpressions")
    return [
        Requirement(str(each.get("key")), str(each.get("operator")), _texts(each.get("values")), route)
        for index, each in enumerate(found if isinstance(found, list) else ())
        if isinstance(each, Mapping)
        for route in [("matchExpressions", index)]
    ]


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def unmet(selector: Any, labels: Labels) -> list[Requirement]:
    """The conditions of a selector that labels do not fulfil."""
    return [each for each in requirements(selector) if not each.holds(labels)]


def selects(selector: Any, labels: Labels) -> bool:
    """Whether a selector takes something with these labels."""
    return isinstance(selector, Mapping) and not unmet(selector, labels)


def takes_namespace(selector: Any, own: str, namespace: str, labels: Labels | None = None) -> Answer:
    """Whether a Prometheus looks into a namespace; `labels` are None where its manifest is not among the files.

    Without a selector it looks into its `own` alone; with one, its own is no exception. A namespace without a name is
    one that somebody chooses later.
    """
    if selector is None:
        return same(own, namespace)
    if not requirements(selector):
        return True
    if not namespace:
        return None
    known = {**(labels or {}), NAMESPACE_NAME: namespace}
    lost = unmet(selector, known)
    if labels is None and all(each.key != NAMESPACE_NAME for each in lost):
        return None if any(each.key != NAMESPACE_NAME for each in requirements(selector)) else not lost
    return not lost


def covers(selector: Any, own: str, namespace: str) -> Answer:
    """Whether a monitor in namespace `own` looks for targets in a namespace."""
    named = namespaces_of(selector, own)
    return True if named is None else either(same(each, namespace) for each in named)


def namespaces_of(selector: Any, own: str) -> tuple[str, ...] | None:
    """The namespaces that a monitor names, its own if it names none; None for all of them."""
    found = selector if isinstance(selector, Mapping) else {}
    if found.get("any") is True:
        return None
    return _texts(found.get("matchNames")) or (own,)


def same(one: str, other: str) -> Answer:
    """Whether two namespaces are the same; one without a name may be any."""
    return True if one == other else None if not (one and other) else False


def either(answers: Iterable[Answer]) -> Answer:
    """Whether one of some answers is true."""
    found = list(answers)
    return True if True in found else None if None in found else False


def both(*answers: Answer) -> Answer:
    """Whether all answers are true."""
    return False if False in answers else None if None in answers else True
