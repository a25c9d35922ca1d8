"""The fields that kustomize's own transformers write: labels, annotations, namespace.

The tables are kustomize 5.8's defaults. A path goes through lists to each of their items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from obsgen.kustomize.kinds import is_cluster_scoped
from obsgen.kustomize.nodes import Node


@dataclass(frozen=True, slots=True)
class Field:
    """A path in objects of some kinds; `group` and `kinds` empty mean any."""

    path: tuple[str, ...]
    group: str = ""
    version: str = ""
    kinds: frozenset[str] = frozenset()
    create: bool = True

    def is_in(self, target: Node) -> bool:
        """Whether an object is of a kind that has this field."""
        group, _, version = target.text("apiVersion").rpartition("/")
        return (
            self.group in ("", group)
            and self.version in ("", version)
            and (not self.kinds or target.text("kind") in self.kinds)
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


def set_pairs(target: Node, fields: Iterable[Field], pairs: Node) -> None:
    """Gives an object all `pairs`, in those maps of `fields` that it has or that are created."""
    for holder, name in _holders(target, fields, pairs):
        holder.fields[name].fields.update(pairs.copy().fields)


def workload_field(path: str, kind: str) -> Field:
    """A field of objects of one kind, made where it is missing."""
    return _field(path, kind)


def set_value(target: Node, field: Field, value: Node) -> None:
    """Gives an object a value at a field."""
    for holder, name in list(_holders(target, (field,), value)):
        holder.fields[name] = value


def set_namespace(target: Node, namespace: Node) -> None:
    """Moves an object as `namespace:` does; cluster-scoped kinds keep out of it."""
    fields = list(_NAMESPACES)
    if not is_cluster_scoped(target.text("apiVersion"), target.text("kind")):
        fields.append(_field("metadata/namespace"))
    for holder, name in _holders(target, fields, namespace):
        holder.fields[name] = namespace
    if target.text("kind") in ("RoleBinding", "ClusterRoleBinding"):
        subjects = target.get("subjects")
        for subject in subjects.items if subjects else ():
            if subject.text("name") == "default":
                subject.fields["namespace"] = namespace


def _holders(target: Node, fields: Iterable[Field], origin: Node) -> Iterator[tuple[Node, str]]:
    """The maps that hold the last step of each field's path, and that step; what is missing is made if it may be."""
    for field in fields:
        if field.is_in(target):
            yield from _below(target, field, field.path, origin)


def _below(target: Node, field: Field, path: tuple[str, ...], origin: Node) -> Iterator[tuple[Node, str]]:
    for item in target.items:
        yield from _below(item, field, path, origin)
    name = path[0].removesuffix("[]")
    part = target.get(name)
    if part is None or not part.shape:
        if not field.create or name != path[0] or target.shape != "map":
            return
        part = target.fields[name] = origin.with_value({})
    if path[1:]:
        yield from _below(part, field, path[1:], origin)
    else:
        yield target, name
