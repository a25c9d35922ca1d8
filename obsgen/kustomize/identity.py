"""What makes two Kubernetes objects the same one to kustomize."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# The kinds that kustomize 5.8 knows to be cluster-scoped; every other kind counts as namespaced, even those
# that the API server scopes otherwise, such as custom resources.
_CLUSTER_SCOPED = frozenset(
    f"{group}{version} {kind}"
    for group, versions, kinds in (
        ("", "v1", "ComponentStatus Namespace Node PersistentVolume"),
        (
            "admissionregistration.k8s.io/",
            "v1 v1beta1",
            "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
        ),
        ("apiextensions.k8s.io/", "v1 v1beta1", "CustomResourceDefinition"),
        ("apiregistration.k8s.io/", "v1 v1beta1", "APIService"),
        ("certificates.k8s.io/", "v1 v1beta1", "CertificateSigningRequest"),
        ("flowcontrol.apiserver.k8s.io/", "v1beta1", "FlowSchema PriorityLevelConfiguration"),
        ("networking.k8s.io/", "v1 v1beta1", "IngressClass"),
        ("node.k8s.io/", "v1 v1beta1", "RuntimeClass"),
        ("policy/", "v1beta1", "PodSecurityPolicy"),
        ("rbac.authorization.k8s.io/", "v1 v1beta1", "ClusterRole ClusterRoleBinding"),
        ("scheduling.k8s.io/", "v1 v1beta1", "PriorityClass"),
        ("storage.k8s.io/", "v1 v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment"),
    )
    for version in versions.split()
    for kind in kinds.split()
)


@dataclass(frozen=True, slots=True, order=True)
class ObjectId:
    """Group, version, kind, name and effective namespace: `default` if unset, empty if cluster-scoped."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str

    @property
    def api_version(self) -> str:
        """`apps/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name} ({self.api_version})"


def object_id(value: Any) -> ObjectId:
    """The identity of an object that has a `metadata`; other missing fields count as empty."""
    metadata = value["metadata"]
    api_version, kind = str(value.get("apiVersion", "")), str(value.get("kind", ""))
    group, _, version = api_version.rpartition("/")
    namespace = str(metadata.get("namespace") or "default")
    scoped = "" if is_cluster_scoped(api_version, kind) else namespace
    return ObjectId(group, version, kind, str(metadata.get("name", "")), scoped)


def object_fault(value: Any) -> str:
    """Why kustomize takes a value for no object; empty if it does."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str) or not value["kind"]:
        return "an object needs a kind"
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("name"):
        return "an object needs a metadata.name"
    for field in ("labels", "annotations"):
        if not isinstance(metadata.get(field), dict | None):
            return f"metadata.{field} must be a mapping"
    for field, part in (("name", metadata["name"]), ("namespace", metadata.get("namespace"))):
        if isinstance(part, dict | list):
            return f"metadata.{field} must be a text"
    return ""


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether kustomize knows that objects of this kind live in no namespace."""
    return f"{api_version} {kind}" in _CLUSTER_SCOPED
