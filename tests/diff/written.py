"""Two folders of files written for a test, and what is told of their difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from obsgen.diff.difference import Difference, difference
from obsgen.diff.model import Change
from obsgen.diff.trees import Tree

Told = Callable[[str, str], list[Change]]


def compared(folder: Path, old: Mapping[str, str], new: Mapping[str, str]) -> Difference:
    """The difference between two sets of files, by path."""
    return difference(*trees(folder, old, new))


def trees(folder: Path, old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Tree, Tree]:
    """Two sets of files, by path, as trees."""
    found = []
    for label, files in (("old", old), ("new", new)):
        root = (folder / label).resolve()
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        root.mkdir(exist_ok=True)
        found.append(Tree(label, root, (root,)))
    return found[0], found[1]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """What is told of two versions of one file of manifests."""
    return lambda old, new: list(compared(tmp_path, {"all.yaml": old}, {"all.yaml": new}).changes)


def lines(changes: list[Change]) -> list[str]:
    """Each change in a line: `~ subject: what (risk)`."""
    return [f"{each.sign} {each.subject}: {each.what} ({each.risk})" for each in changes]


def ids(changes: list[Change]) -> list[str]:
    """The changes' ids, without what all share."""
    return [each.id.removeprefix("change/") for each in changes]
