"""How Argo CD is to apply each object, and why: in which wave, server-side or not, what it must not compare.

Facts: argo-cd docs/user-guide/sync-waves.md (a wave starts when everything of the one before is healthy; inside a wave
kinds have their own order, namespaces and ConfigMaps before workloads) and sync-options.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from obsgen.render.manifest import Manifest
from obsgen.stack.model import Stack

APPLY_LIMIT = 262_144
"""Bytes of all annotations of an object; client-side apply copies the whole object into one of them."""

SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
SYNC_WAVE = "argocd.argoproj.io/sync-wave"

LOADED = "1"
"""The wave of what an operator's object, which comes without a wave, loads."""


def for_argo(stack: Stack, manifest: Manifest) -> Manifest:
    """Server-side apply on exactly the objects that need it, a wave on what must wait for something."""
    added = {}
    if len(json.dumps(manifest.object)) >= APPLY_LIMIT * 0.9:
        added[SYNC_OPTIONS] = "ServerSideApply=true"
    if stack.settings.argocd and _is_loaded(stack, manifest):
        added[SYNC_WAVE] = LOADED
    return with_metadata(manifest, "annotations", added) if added else manifest


def _is_loaded(stack: Stack, manifest: Manifest) -> bool:
    """Whether an object is loaded by one that the tree itself brings.

    ConfigMaps are not: a pod that mounts them would wait for them, and they for the pod.
    """
    settings, kind = stack.settings, manifest.object["kind"]
    if manifest.part in ("monitors", "rules") and kind != "ConfigMap":
        if manifest.object["apiVersion"].startswith("monitoring.coreos.com/"):
            return settings.prometheus.mode == "managed"
        return settings.logs is not None and settings.logs.type == "lokistack"
    return manifest.part == "dashboards" and kind != "ConfigMap" and settings.grafana.delivery == "operator"


def with_metadata(manifest: Manifest, key: str, added: Mapping[str, Any]) -> Manifest:
    """An object with more labels or annotations."""
    head = manifest.object["metadata"]
    changed = {**head, key: dict(sorted({**head.get(key, {}), **added}.items()))}
    return replace(manifest, object={**manifest.object, "metadata": changed})


_WHY = {
    (SYNC_WAVE, "-1"): "Sync wave -1: what stands in it, or reads it, comes after it.",
    (SYNC_WAVE, LOADED): "Sync wave 1: it comes after what loads it, which the tree brings without a wave.",
    (SYNC_OPTIONS, "Prune=false"): "Never pruned: everything in it would go, too.",
    (
        SYNC_OPTIONS,
        "ServerSideApply=true",
    ): "Applied by the server: too large for the annotation that clients keep.",
}


def why(manifest: Manifest) -> Iterator[str]:
    """The reasons of what an object tells Argo CD, as comments of its file."""
    annotations = manifest.object["metadata"].get("annotations") or {}
    yield from (reason for (key, value), reason in _WHY.items() if annotations.get(key) == value)


@dataclass(frozen=True)
class Defaulted:
    """What the API server fills into lists, where Argo CD compares item by item and would never be in sync."""

    group: str
    kind: str
    fills: Callable[[Mapping[str, Any]], bool]
    expressions: tuple[str, ...]
    why: str

    def entry(self) -> dict[str, Any]:
        """The entry of an Application's `ignoreDifferences`."""
        return {"group": self.group, "kind": self.kind, "jqPathExpressions": list(self.expressions)}


_CLAIM = ".spec.volumeClaimTemplates[]?"
DEFAULTED = (
    # argoproj/argo-cd#4126. Custom resources whose lists are defaulted have the defaults written in their templates.
    Defaulted(
        "apps",
        "StatefulSet",
        lambda found: bool(found["spec"].get("volumeClaimTemplates")),
        tuple(f"{_CLAIM}.{field}" for field in ("apiVersion", "kind", "spec.volumeMode", "status")),
        "StatefulSet: the API server fills in claims, which cannot be changed once they are there.",
    ),
)


def defaulted(objects: Iterable[Manifest]) -> frozenset[int]:
    """The entries of `DEFAULTED` that some objects need, by their places."""
    return frozenset(
        index
        for index, each in enumerate(DEFAULTED)
        for one in objects
        if one.identity[:2] == (each.group, each.kind) and each.fills(one.object)
    )
