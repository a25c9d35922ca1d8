"""One Kubernetes object on its way into a tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from obsgen.conventions import object_labels
from obsgen.stack.model import Stack

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
        group = self.object["apiVersion"].rpartition("/")[0]
        return (group, self.object["kind"], self.namespace, self.object["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Empty where it has none."""
        return str(self.object["metadata"].get("namespace", ""))


def own_labels(stack: Stack, component: str) -> dict[str, str]:
    """The labels of every object of a stack: those that obsgen sets, then the profile's."""
    return {**object_labels(stack.name, component), **stack.settings.labels}


def metadata(
    name: str, namespace: str, labels: Mapping[str, str], annotations: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The metadata of an object, sorted where order means nothing."""
    result: dict[str, Any] = {"name": name, "namespace": namespace, "labels": dict(sorted(labels.items()))}
    if annotations:
        result["annotations"] = dict(sorted(annotations.items()))
    return result


@dataclass(frozen=True, eq=False)
class Same:
    """Objects that are the same as others only if they are these very objects: a key for what is made of them."""

    objects: tuple[Manifest, ...]

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.objects)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Same)
            and len(self.objects) == len(other.objects)
            and all(one is another for one, another in zip(self.objects, other.objects, strict=True))
        )
