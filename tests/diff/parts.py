"""What single comparisons tell of two sets of files, without all the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

from obsgen.diff.model import Change, Unit
from obsgen.diff.overall.unexplained import unexplained
from obsgen.diff.pairs import Pair
from obsgen.diff.trees import Tree

Compare = Callable[[Pair], Iterator[Change]]


def side(folder: Path, files: Mapping[str, str]) -> Tree:
    """A side of a difference, its files written."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    folder.mkdir(exist_ok=True)
    return Tree(folder.name, folder.resolve(), (folder.resolve(),))


def pair_of(folder: Path, old: Mapping[str, str], new: Mapping[str, str], unit: Unit | None = None) -> Pair:
    """The only unit of two sets of files, or the one that is named."""
    before, after = side(folder / "old", old), side(folder / "new", new)
    named = unit or next(iter(after.states))
    return Pair(before.states[named], after.states[named])


def part(compare: Compare, folder: Path, old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    """What one comparison tells, and what is left then."""
    pair = pair_of(folder, old, new)
    told = list(compare(pair))
    return [*told, *unexplained(pair, told)]


def manifest(kind: tuple[str, str], spec: Any, name: str = "main", namespace: str = "obs", **more: Any) -> str:
    """An object as a document of YAML; `more` are other keys, those of metadata under `metadata`."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **more.pop("metadata", {})}
    whole = {"apiVersion": kind[0], "kind": kind[1], "metadata": metadata, **({"spec": spec} if spec else {}), **more}
    return f"---\n{yaml.safe_dump(whole, sort_keys=False)}"
