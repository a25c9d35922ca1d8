"""Folders of manifests on both sides, as they stand there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from obsgen.diff.sides.asked import Side
from obsgen.diff.sides.sources import OnDisk, Source
from obsgen.diff.trees import Tree
from obsgen.findings import ObsgenError


def folders(paths: Sequence[str], old: Source, new: Source) -> list[Side]:
    """The folders on the old side and the new one; a single one may have another name in the base."""
    if isinstance(old, OnDisk) and len(paths) == 1 and not (old.folder / paths[0]).exists():
        head = (new.bring(paths) / paths[0]).resolve()
        trees = [Tree(each.label, folder, (folder,), head.name) for each, folder in ((old, old.folder), (new, head))]
    else:
        trees = [_folder_tree(paths, each) for each in (old, new)]
    nowhere = [path for path, *there in zip(paths, *(each.paths for each in trees), strict=True)
               if not any(each.exists() for each in there)]  # fmt: skip
    if nowhere:
        raise ObsgenError(f"there is no {', '.join(nowhere)}, neither in {old.label} nor in {new.label}")
    return [Side(tree, source) for tree, source in zip(trees, (old, new), strict=True)]


def _folder_tree(paths: Sequence[str], source: Source) -> Tree:
    folder = source.bring(paths)
    there = tuple((folder / each).resolve() for each in paths)
    return Tree(source.label, Path(os.path.commonpath([folder, *there])), there)
