"""Kustomization files: what they refer to, and which of them nothing else includes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from obsgen.repository.forms import KUSTOMIZATION, misfits
from obsgen.source import Document, Route

_FILES = {
    # field: role of the files (or folders) that it names
    "resources": "resource",
    "bases": "resource",
    "components": "resource",
    "crds": "config",
    "configurations": "config",
    "generators": "config",
    "transformers": "config",
    "validators": "config",
    "patchesStrategicMerge": "patch",
}
_PATHS = {"patches": "patch", "patchesJson6902": "patch", "replacements": "config"}
_GENERATORS = ("configMapGenerator", "secretGenerator")


class Reference(NamedTuple):
    """A file or folder that a kustomization names: its role there, where it is named, and what it is."""

    role: str
    route: Route
    path: Path


@dataclass(frozen=True, eq=False)
class Kustomization:
    """A kustomization file; `path` is as typed, `folder` absolute and without links."""

    document: Document
    path: Path
    folder: Path

    @property
    def is_component(self) -> bool:
        """Whether it is a Component: a part that only makes sense inside another kustomization."""
        value = self.document.value
        return isinstance(value, dict) and value.get("kind") == "Component"

    @property
    def is_sound(self) -> bool:
        """Whether everything in it has the form that kustomize expects."""
        return not any(misfit.expected for misfit in misfits(self.document.value, KUSTOMIZATION))

    def references(self) -> tuple[Reference, ...]:
        """Everything on disk that it names, with normalised paths; remote and inline entries are left out."""
        return self._references

    @cached_property
    def _references(self) -> tuple[Reference, ...]:
        named = ((role, route, text) for role, route, text in _named(self.document.value) if text and "\n" not in text)
        return tuple(
            Reference(role, route, Path(os.path.normpath(self.folder / text)))
            for role, route, text in named
            if "://" not in text
        )


def roots(kustomizations: Iterable[Kustomization]) -> list[Kustomization]:
    """The kustomizations that no other one includes, Components aside: those that somebody builds.

    Of kustomizations that include each other in a circle the first is one, so that the circle is found.
    """
    by_folder = {one.folder: one for one in kustomizations}
    included = {path for one in by_folder.values() for path in _included(one)}
    reached: set[Path] = set()
    found = []
    for one in sorted(by_folder.values(), key=lambda one: one.folder in included):
        if one.folder not in reached:
            found.append(one)
            _reach(one, by_folder, reached)
    return [one for one in found if not one.is_component]


def _reach(start: Kustomization, by_folder: Mapping[Path, Kustomization], reached: set[Path]) -> None:
    """Adds the folders of a kustomization and of all that it includes."""
    ahead = [start.folder]
    while ahead:
        folder = ahead.pop()
        if folder in by_folder and folder not in reached:
            reached.add(folder)
            ahead += _included(by_folder[folder])


def _included(kustomization: Kustomization) -> Iterator[Path]:
    for reference in kustomization.references():
        if reference.role == "resource" and reference.path != kustomization.folder:
            yield reference.path


def _named(value: Any) -> Iterator[tuple[str, Route, str]]:
    if not isinstance(value, dict):
        return
    for field, role in _FILES.items():
        for index, item in enumerate(_list(value.get(field))):
            if isinstance(item, str):
                yield role, (field, index), item
    for field, role in _PATHS.items():
        for index, item in enumerate(_list(value.get(field))):
            if isinstance(item, dict) and isinstance(item.get("path"), str):
                yield role, (field, index, "path"), item["path"]
    yield from _generated(value)
    openapi = value.get("openapi")
    if isinstance(openapi, dict) and isinstance(openapi.get("path"), str):
        yield "config", ("openapi", "path"), openapi["path"]


def _generated(value: dict[str, Any]) -> Iterator[tuple[str, Route, str]]:
    for field in _GENERATORS:
        for index, item in enumerate(_list(value.get(field))):
            if not isinstance(item, dict):
                continue
            for key in ("files", "envs"):
                for position, entry in enumerate(_list(item.get(key))):
                    if isinstance(entry, str):
                        yield "data", (field, index, key, position), entry.rpartition("=")[2]
            if isinstance(item.get("env"), str):
                yield "data", (field, index, "env"), item["env"]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
