"""The profile that a rendered tree comes from: no rendered file says where it lies, so it is looked for above."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from obsgen.findings import InputError
from obsgen.profile.load import MAX_PROFILE_BYTES, TEXT_KEYS
from obsgen.source import load_text, read_text
from obsgen.tree.paths import RECORD

_BESIDE = ("", "profiles")
"""Where profiles lie, seen from each folder above a tree."""
_NEAR = 3
"""How many folders above a tree are looked into where no git repository tells where to end: out/argocd/ has two."""


def tree_of(file: str) -> Path | None:
    """The rendered tree that a file lies in, as an absolute path without links; None if it lies in none."""
    return next((folder for folder in Path(file).resolve().parents if (folder / RECORD).is_file()), None)


def profile_of(tree: Path) -> Path | None:
    """The one profile near a tree whose stack has its name; None if there is none, or more than one."""
    found = [path for folder in _above(tree) for path in _profiles(folder, tree.name)]
    return found[0] if len(found) == 1 else None


def shown(path: Path, like: str) -> str:
    """How a file is called beside others: from here on, unless they are called by their whole paths."""
    return str(path) if Path(like).is_absolute() else os.path.relpath(path)


def _above(tree: Path) -> Iterator[Path]:
    """The folders above a tree, up to the root of its repository."""
    parents = list(tree.parents)
    root = next((index for index, folder in enumerate(parents) if (folder / ".git").exists()), _NEAR - 1)
    yield from parents[: root + 1]


def _profiles(folder: Path, stack: str) -> Iterator[Path]:
    for beside in _BESIDE:
        try:
            files = sorted((folder / beside).iterdir())
        except OSError:
            continue
        yield from (file for file in files if file.suffix in (".yaml", ".yml") and _is_of(file, stack))


def _is_of(file: Path, stack: str) -> bool:
    """Whether a file is a profile of the stack."""
    try:
        text = read_text(file, str(file), MAX_PROFILE_BYTES) if file.is_file() else ""
        return "Profile" in text and stack in text and _names(load_text(text, str(file), TEXT_KEYS)[0].value, stack)
    except (InputError, OSError):
        return False


def _names(value: Any, stack: str) -> bool:
    return isinstance(value, Mapping) and value.get("kind") == "Profile" and value.get("stack") == stack
