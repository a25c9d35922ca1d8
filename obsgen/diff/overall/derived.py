"""Files of rendered trees that follow from the others: nobody needs to be told of them twice."""

from __future__ import annotations

from pathlib import PurePosixPath

from obsgen.diff.trees import Tree
from obsgen.tree.paths import OWN, RECORD

_FOLDERS = ("tests",)
_README = "README.md"


def is_derived(tree: Tree, path: str) -> bool:
    """Whether a file of a rendered tree only says what others do: its README, its tests, what obsgen remembers."""
    inner = PurePosixPath(path)
    for folder in inner.parents:
        if (tree.folder / folder / RECORD).is_file():
            below = inner.relative_to(folder).parts
            return below[0] in (OWN, *_FOLDERS) or below == (_README,)
    return False
