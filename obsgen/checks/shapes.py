"""Which trees are of one shape: for real tools it is enough to see one tree of each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from obsgen.checks.builds import BuiltTree
from obsgen.checks.kustomizations import Kustomization


def distinct_trees(trees: Iterable[BuiltTree]) -> list[BuiltTree]:
    """One tree of each shape: equal kustomizations but for the values of their patches, over equal bases."""
    found: dict[str, BuiltTree] = {}
    for tree in trees:
        found.setdefault(_shape(tree), tree)
    return list(found.values())


def _shape(tree: BuiltTree) -> str:
    bases = sorted(str(one.path) for one in tree.kustomization.references() if one.role == "resource")
    folders = [path for path in bases if not path.startswith(f"{tree.kustomization.folder}/")]
    return json.dumps([_outline(tree.kustomization), folders, len(tree.objects), len(tree.files)], sort_keys=True)


def _outline(kustomization: Kustomization) -> Any:
    return _without_values(kustomization.document.value)


def _without_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _without_values(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_values(inner) for inner in value]
    return type(value).__name__
