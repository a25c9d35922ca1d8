"""What makes two Kubernetes objects the same one to kustomize."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from obsgen.kustomize.kinds import is_cluster_scoped


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
