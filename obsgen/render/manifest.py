"""One Kubernetes object on its way into a tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Identity = tuple[str, str, str, str]
"""API group, kind, namespace, name."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An object, the part of the tree that it belongs to, and the component that it comes from."""

    part: str
    component: str
    object: Mapping[str, Any]

    @property
    def identity(self) -> Identity:
        """What makes it the same object in another environment."""
        metadata = self.object["metadata"]
        group = self.object["apiVersion"].rpartition("/")[0]
        return (group, self.object["kind"], metadata.get("namespace", ""), metadata["name"])


def metadata(
    name: str, namespace: str, labels: Mapping[str, str], annotations: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The metadata of an object, sorted where order means nothing."""
    result: dict[str, Any] = {"name": name, "namespace": namespace, "labels": dict(sorted(labels.items()))}
    if annotations:
        result["annotations"] = dict(sorted(annotations.items()))
    return result
