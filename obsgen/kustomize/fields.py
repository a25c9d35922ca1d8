"""The fields that kustomize's own transformers write: labels, annotations, namespace.

The tables are kustomize 5.8's defaults. A path goes through lists to each of their items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from obsgen.kustomize.identity import is_cluster_scoped
from obsgen.kustomize.trace import Trace, Traced, put


@dataclass(frozen=True, slots=True)
class Field:
    """A path in objects of some kinds; `group` and `kinds` empty mean any."""

    path: tuple[str, ...]
    group: str = ""
    version: str = ""
    kinds: frozenset[str] = frozenset()
    create: bool = True

    def is_in(self, value: Mapping[str, Any]) -> bool:
        """Whether an object is of a kind that has this field."""
        group, _, version = str(value.get("apiVersion", "")).rpartition("/")
        return (
            self.group in ("", group)
            and self.version in ("", version)
            and (not self.kinds or value.get("kind") in self.kinds)
        )


def _field(path: str, kinds: str = "", group: str = "", version: str = "", *, create: bool = True) -> Field:
    return Field(tuple(path.split("/")), group, version, frozenset(kinds.split()), create)


def _templates(leaf: str) -> tuple[Field, ...]:
    return (
        _field(f"spec/template/metadata/{leaf}", "ReplicationController", version="v1"),
        _field(f"spec/template/metadata/{leaf}", "Deployment ReplicaSet DaemonSet"),
        _field(f"spec/template/metadata/{leaf}", "Job", "batch"),
        _field(f"spec/jobTemplate/metadata/{leaf}", "CronJob", "batch"),
        _field(f"spec/jobTemplate/spec/template/metadata/{leaf}", "CronJob", "batch"),
    )


_AFFINITY = (
    "podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
    "podAffinity/requiredDuringSchedulingIgnoredDuringExecution",
    "podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
    "podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
)
_POD = "spec/template/spec"

LABELS = (_field("metadata/labels"),)
TEMPLATE_LABELS = (*_templates("labels"), _field("spec/template/metadata/labels", "StatefulSet", "apps"))
VOLUME_CLAIM_LABELS = (_field("spec/volumeClaimTemplates[]/metadata/labels", "StatefulSet", "apps"),)
SELECTORS = (
    _field("spec/selector", "Service ReplicationController", version="v1"),
    _field("spec/selector/matchLabels", "Deployment ReplicaSet DaemonSet"),
    _field("spec/selector/matchLabels", "StatefulSet", "apps"),
    *(
        _field(f"{_POD}/affinity/{term}/labelSelector/matchLabels", "Deployment StatefulSet", "apps", create=False)
        for term in _AFFINITY
    ),
    _field(
        f"{_POD}/topologySpreadConstraints/labelSelector/matchLabels",
        "Deployment StatefulSet",
        "apps",
        create=False,
    ),
    _field("spec/selector/matchLabels", "Job", "batch", create=False),
    _field("spec/jobTemplate/spec/selector/matchLabels", "CronJob", "batch", create=False),
    _field("spec/selector/matchLabels", "PodDisruptionBudget", "policy", create=False),
    _field("spec/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io", create=False),
    _field("spec/ingress/from/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io", create=False),
    _field("spec/egress/to/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io", create=False),
)
ANNOTATIONS = (
    _field("metadata/annotations"),
    *_templates("annotations"),
    _field("spec/template/metadata/annotations", "StatefulSet"),
)
_NAMESPACES = (
    _field("metadata/name", "Namespace", version="v1"),
    _field("spec/service/namespace", "APIService", "apiregistration.k8s.io"),
    _field(
        "spec/conversion/webhook/clientConfig/service/namespace",
        "CustomResourceDefinition",
        "apiextensions.k8s.io",
        create=False,
    ),
)


def set_pairs(target: Traced, fields: Iterable[Field], pairs: Traced) -> Traced:
    """The object with all `pairs` in those maps of `fields` that it has or that are created."""
    for field in fields:
        if field.is_in(target.value):
            target = _change(target, field, field.path, {}, lambda leaf: _with_pairs(leaf, pairs), pairs.trace)
    return target


def set_namespace(target: Traced, namespace: Traced) -> Traced:
    """The object as `namespace:` moves it; cluster-scoped kinds keep out of it."""
    value = target.value
    fields = [field for field in _NAMESPACES if field.is_in(value)]
    if not is_cluster_scoped(str(value.get("apiVersion", "")), str(value.get("kind", ""))):
        fields.insert(0, _field("metadata/namespace"))
    for field in fields:
        target = _change(target, field, field.path, "", lambda _: namespace, namespace.trace)
    return _with_default_accounts(target, namespace)


def _with_default_accounts(target: Traced, namespace: Traced) -> Traced:
    """Role bindings: of their subjects only those named `default` are moved along."""
    subjects = target.get("subjects")
    is_binding = target.value.get("kind") in ("RoleBinding", "ClusterRoleBinding")
    if not is_binding or subjects is None or not isinstance(subjects.value, list):
        return target
    for index, subject in enumerate(subjects.value):
        if isinstance(subject, dict) and subject.get("name") == "default":
            subjects = put(subjects, index, put(subjects.at(index), "namespace", namespace))
    return put(target, "subjects", subjects)


def _change(
    target: Traced,
    field: Field,
    path: tuple[str, ...],
    leaf: Any,
    change: Callable[[Traced], Traced],
    origin: Trace,
) -> Traced:
    """Changes what stands at `path`, creating `leaf` there if the field says so."""
    if not path:
        return change(target)
    if isinstance(target.value, list):
        for index, item in enumerate(target.items()):
            target = put(target, index, _change(item, field, path, leaf, change, origin))
        return target
    name = path[0].removesuffix("[]")
    part = target.get(name)
    if part is None or part.value is None:
        if not field.create or name != path[0] or not isinstance(target.value, dict):
            return target
        part = Traced(leaf if len(path) == 1 else {}, origin)
    return put(target, name, _change(part, field, path[1:], leaf, change, origin))


def _with_pairs(leaf: Traced, pairs: Traced) -> Traced:
    if not isinstance(leaf.value, dict):
        return leaf
    return Traced({**leaf.value, **pairs.value}, leaf.trace.having({key: pairs.trace.at(key) for key in pairs.value}))
