"""Which kustomizations are of one shape: to see a few of each is enough."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from obsgen.repository.kustomizations import Kustomization

MOST_ALIKE = 10
"""Kustomizations of one shape that are built: an environment each, but not a cluster each."""
REASON = "like other overlays but for names and figures (--all builds them)"

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"[\w.-]{0,63}\Z", re.ASCII)


_TELLING = frozenset(("apiVersion", "kind", "op", "path"))
"""Keys whose plain words say what something is."""


class Shapes:
    """The shapes of kustomizations: what they hold and name, whatever the names and figures are."""

    def __init__(self, kustomizations: Iterable[Kustomization], documents: Mapping[Path, Sequence[Any]]) -> None:
        self._by_folder = {one.folder: one for one in kustomizations}
        self._documents = documents
        self._known: dict[Path, str] = {}

    def of(self, kustomization: Kustomization) -> str:
        """The shape of one: equal for two that differ in plain words and numbers alone."""
        return self._shape(kustomization, kustomization.folder)

    def _shape(self, one: Kustomization, root: Path) -> str:
        if one.folder not in self._known:
            self._known[one.folder] = ""  # one that includes itself is told of elsewhere
            named = [self._named(reference.path, root) for reference in one.references()]
            self._known[one.folder] = json.dumps([_outline(one.document.value), named], default=str)
        return self._known[one.folder]

    def _named(self, path: Path, root: Path) -> Any:
        """What a kustomization names: outside of its own folder by its path, inside by its shape."""
        inside = path.is_relative_to(root)
        if path in self._by_folder:
            return self._shape(self._by_folder[path], root) if inside else str(path)
        name = os.path.relpath(path, root) if inside else str(path)
        return [name, [_outline(value) for value in self._documents.get(path, ())]]


def _outline(value: Any) -> Any:
    """A value without its figures and plain words; whatever else a text says is kept, such as an expression."""
    if isinstance(value, dict):
        return {str(key): inner if key in _TELLING else _outline(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_outline(inner) for inner in value]
    if isinstance(value, str):
        text = _NUMBER.sub("0", value)
        return "" if _WORD.match(text) else text
    return value if isinstance(value, bool) else type(value).__name__


def few_of_each(roots: Iterable[Kustomization], shapes: Shapes, most: int = MOST_ALIKE) -> list[Kustomization]:
    """At most so many kustomizations of each shape, in the order in which they come."""
    seen: dict[str, int] = {}
    found = []
    for one in roots:
        shape = shapes.of(one)
        seen[shape] = seen.get(shape, 0) + 1
        if seen[shape] <= most:
            found.append(one)
    return found
