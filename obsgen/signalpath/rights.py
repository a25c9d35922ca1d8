"""Where a ServiceAccount may look for targets, as far as Roles and bindings among the files tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from obsgen.repository.objects import KubeObject
from obsgen.signalpath.selectors import Answer

_GROUP = "rbac.authorization.k8s.io"
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_NEEDED = frozenset(("pods", "endpoints", "endpointslices", "*"))
"""Without one of these Prometheus finds nothing; which of them it asks for is the operator's choice."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The namespaces in which an account may list targets; None for all. `is_known` says whether there is a binding."""

    namespaces: frozenset[str] | None
    is_known: bool

    def reach(self, namespace: str) -> Answer:
        """Whether it may look into a namespace."""
        if not self.is_known or self.namespaces is None or not namespace:
            return None
        return namespace in self.namespaces


def rights(objects: Sequence[KubeObject], account: str, namespace: str) -> Rights:
    """What the bindings of an account grant; with a role that is not among the objects nobody knows."""
    bindings = [each for each in objects if _binds(each, account, namespace)]
    roles = {(each.kind, each.namespace, each.name): each for each in objects if each.group == _GROUP}
    found: set[str] = set()
    for binding in bindings:
        named = binding.located.at("roleRef", "name").value, binding.located.at("roleRef", "kind").value
        role = roles.get((str(named[1]), binding.namespace if named[1] == "Role" else "", str(named[0])))
        if role is None:
            return Rights(None, is_known=False)
        if not _lists(role):
            continue
        if binding.kind == "ClusterRoleBinding":
            return Rights(None, is_known=True)
        found.add(binding.namespace)
    return Rights(frozenset(found), is_known=bool(found))


def _binds(object_: KubeObject, account: str, namespace: str) -> bool:
    if object_.group != _GROUP or object_.kind not in _BINDINGS:
        return False
    subjects = (each.value for each in object_.located.at("subjects").items() if isinstance(each.value, dict))
    wanted = ("ServiceAccount", account, namespace)
    return any(
        (each.get("kind"), each.get("name"), each.get("namespace", object_.namespace)) == wanted for each in subjects
    )


def _lists(role: KubeObject) -> bool:
    """Whether it lists targets; one that gathers others may."""
    if role.value.get("aggregationRule"):
        return True
    rules = (each.value for each in role.located.at("rules").items() if isinstance(each.value, dict))
    return any(_NEEDED & _texts(each.get("resources")) and {"list", "*"} & _texts(each.get("verbs")) for each in rules)


def _texts(value: Any) -> set[str]:
    return set(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str) else set()
