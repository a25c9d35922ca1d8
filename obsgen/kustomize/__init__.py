"""Kustomize without kustomize: overlays written as the smallest patches, and kustomizations built in process."""

from obsgen.kustomize.build import Build, build
from obsgen.kustomize.identity import ObjectId, object_id
from obsgen.kustomize.kustomization import Loader
from obsgen.kustomize.merge import strategic_merge
from obsgen.kustomize.objects import Built
from obsgen.kustomize.patches import Patch, UnpatchableError, common_labels, delete_patch, object_patches

__all__ = [
    "Build",
    "Built",
    "Loader",
    "ObjectId",
    "Patch",
    "UnpatchableError",
    "build",
    "common_labels",
    "delete_patch",
    "object_id",
    "object_patches",
    "strategic_merge",
]
