"""Folders of manifests on both sides, as they stand there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from obsgen.diff.sides.asked import Side
from obsgen.diff.sides.sources import OnDisk, Source
from obsgen.diff.trees import Tree
from obsgen.findings import InputError, ObsgenError
from obsgen.repository.files import KUSTOMIZATION_NAMES, SKIPPED_FOLDERS
from obsgen.repository.kustomizations import Kustomization
from obsgen.source import load_text, read_text

_UP = ".."


def folders(paths: Sequence[str], old: Source, new: Source) -> list[Side]:
    """The folders on the old side and the new one; a single one may have another name in the base.

    What their kustomizations name elsewhere, such as a base, is looked at as well.
    """
    if isinstance(old, OnDisk) and len(paths) == 1 and not (old.folder / paths[0]).exists():
        head = (new.bring(paths) / paths[0]).resolve()
        trees = [Tree(each.label, folder, (folder,), head.name) for each, folder in ((old, old.folder), (new, head))]
    else:
        every = list(dict.fromkeys((*_with_named(paths, old), *_with_named(paths, new))))
        trees = [_folder_tree(every, each) for each in (old, new)]
    nowhere = [path for path, *there in zip(paths, *(each.paths for each in trees), strict=False)
               if not any(each.exists() for each in there)]  # fmt: skip
    if nowhere:
        raise ObsgenError(f"there is no {', '.join(nowhere)}, neither in {old.label} nor in {new.label}")
    return [Side(tree, source) for tree, source in zip(trees, (old, new), strict=True)]


def _with_named(paths: Sequence[str], source: Source) -> list[str]:
    """The paths, and those outside of them that their kustomizations name, as far as they are there."""
    found, ahead = list(paths), list(paths)
    while ahead:
        folder = source.bring(ahead)
        named = sorted({os.path.relpath(each, folder) for path in ahead for each in _references(folder / path)})
        ahead = [
            each for each in named if not any(_is_below(*both) for one in found for both in ((each, one), (one, each)))
        ]
        ahead = [each for each in ahead if _is_there(each, source)]
        found += ahead
    return found


def _references(path: Path) -> Iterator[Path]:
    """What the kustomizations below a path name, if it may lie elsewhere."""
    for root, folders, names in os.walk(path):
        folders[:] = [each for each in folders if each not in SKIPPED_FOLDERS]
        for file in (Path(root, each) for each in names if each in KUSTOMIZATION_NAMES):
            try:
                text = read_text(file, str(file))
                documents = load_text(text, str(file)) if _UP in text else []
            except InputError:
                continue  # told when all files are read
            for document in documents:
                yield from (each.path for each in Kustomization(document, file, file.parent.resolve()).references())


def _is_below(path: str, folder: str) -> bool:
    return path == folder or (folder == "." and not path.startswith(_UP)) or path.startswith(f"{folder}{os.sep}")


def _is_there(path: str, source: Source) -> bool:
    try:
        return (source.bring([path]) / path).exists()
    except ObsgenError:
        return False  # outside of the repository


def _folder_tree(paths: Sequence[str], source: Source) -> Tree:
    folder = source.bring(paths)
    there = tuple((folder / each).resolve() for each in paths)
    return Tree(source.label, Path(os.path.commonpath([folder, *there])), there)
