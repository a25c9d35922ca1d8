"""The profiles of a side: which there are, of which stacks, and what they render to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Protocol

from obsgen import pipeline
from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.diff.sides.sources import Source
from obsgen.findings import Finding, InputError, Note, Place
from obsgen.pipeline import StackTree
from obsgen.profile.listing import ENDINGS, FOLDER, says_profile
from obsgen.profile.load import MAX_PROFILE_BYTES, TEXT_KEYS, LoadedProfile, load_profile
from obsgen.source import load_text, read_text
from obsgen.tree.paths import RECORD
from obsgen.tree.record import digest, dump_record

_OURS = re.compile(r"""^(?:apiVersion:\s*["']?obsgen\.dev/|stack:|modelServers:)""", re.MULTILINE)
_CLUSTERS, _TEMPLATES = "clustersFile", "templates"


def may_be_profile(file: Path) -> bool:
    """Whether a file is a profile, or was meant to be one; what cannot be read may be."""
    text = _text(file)
    return text is None or says_profile(text) or bool(_OURS.search(text))


def candidates(source: Source, paths: Sequence[str]) -> list[str]:
    """The files that were named, and all of kind Profile in profiles/ and beside those."""
    folders = dict.fromkeys((FOLDER.name, *(PurePosixPath(path).parent.as_posix() for path in paths)))
    beside = [f"{folder}/{name}".removeprefix("./") for folder in folders for name in source.names(folder)]
    found = [*paths, *(each for each in beside if each.endswith(ENDINGS) and each not in paths)]
    there = source.bring(found)
    return [each for each in found if each in paths or _is_profile(there / each)]


def inside(source: Source, folder: str) -> list[str]:
    """The profiles in a folder."""
    paths = [f"{folder}/{name}".removeprefix("./") for name in source.names(folder) if name.endswith(ENDINGS)]
    there = source.bring(paths)
    return [each for each in paths if _is_profile(there / each)]


def naming(source: Source, file: str) -> list[str]:
    """The profiles beside a file that name it, such as one with their clusters."""
    beside = inside(source, PurePosixPath(file).parent.as_posix())
    there = source.bring(beside)
    return [each for each in beside if file in _named(there / each, each)]


def profiles_at(source: Source, paths: Sequence[str]) -> dict[str, str]:
    """The profiles of a side by stack, those that were named before others; what names no stack is left out."""
    there = source.bring(paths)
    found: dict[str, str] = {}
    for path in candidates(source, paths):
        stack = _values(there / path).get("stack")
        if isinstance(stack, str):
            found.setdefault(stack, path)
    return found


def bring(source: Source, path: str) -> Path:
    """The folder in which a profile lies with the files and folders that it names."""
    there = source.bring([path])
    return source.bring(_named(there / path, path))


def loaded(source: Source, path: str) -> LoadedProfile:
    """A profile as it is there, with the files and folders that it names. InputError tells places there."""
    return load_profile(bring(source, path) / path, f"{path}{source.mark}")


class Renderer:
    """Renders profiles of a side, as this obsgen does; components that several of them use are read once."""

    def __init__(self, source: Source, templates: Sequence[Path]) -> None:
        self._source = source
        self._templates = [folder for each in templates if (folder := source.folder_of(each)).is_dir()]
        self._known: dict[tuple[Path, ...], Catalogue] = {}

    def __call__(self, path: str) -> StackTree:
        """What a profile comes to. InputError with everything that is wrong with it, told at places there."""
        try:
            return pipeline.render(loaded(self._source, path), self._templates, self._catalogue)
        except InputError as problem:
            room = str(self._source.bring(()))
            raise InputError(_told(each, room, self._source.mark) for each in problem.findings) from None

    def _catalogue(self, folders: Sequence[Path]) -> Catalogue:
        key = tuple(folders)
        if key not in self._known:
            self._known[key] = catalogue(key)
        return self._known[key]


class Rendered(Protocol):
    """A rendered stack, whoever rendered it."""

    @property
    def name(self) -> str:
        """The stack's name."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """Its tree."""

    @property
    def argocd(self) -> Mapping[str, bytes]:
        """Its Applications."""


def put(tree: Rendered, folder: Path) -> None:
    """Writes a tree to where nothing is yet."""
    _write(tree.files, folder / "out" / tree.name)
    if tree.argocd:
        _write(tree.argocd, folder / "argocd" / tree.name)


def _write(files: Mapping[str, bytes], root: Path) -> None:
    for path, data in (*files.items(), (RECORD, dump_record({path: digest(data) for path, data in files.items()}))):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _is_profile(file: Path) -> bool:
    text = _text(file)
    return text is not None and says_profile(text)


def _text(file: Path) -> str | None:
    try:
        return read_text(file, str(file), MAX_PROFILE_BYTES)
    except InputError:
        return None


def _values(file: Path) -> Mapping[str, object]:
    """What a profile says, as it is written; nothing if it cannot be read."""
    return _read(_text(file) or "")


@lru_cache(maxsize=64)
def _read(text: str) -> Mapping[str, object]:
    """The mapping that a text says; both sides often say the same."""
    try:
        documents = load_text(text, "profile.yaml", TEXT_KEYS)
    except InputError:
        return {}
    value = documents[0].value if documents else None
    return value if isinstance(value, dict) else {}


def _named(file: Path, path: str) -> Iterator[str]:
    """The files and folders that a profile names."""
    values = _values(file)
    folders = values.get(_TEMPLATES)
    for each in (values.get(_CLUSTERS), *(folders if isinstance(folders, list) else ())):
        if isinstance(each, str) and not each.startswith("/"):
            yield os.path.normpath(PurePosixPath(path).parent / each)


def _told(finding: Finding, room: str, mark: str) -> Finding:
    """A finding whose places are called as people call them."""
    notes = tuple(Note(each.message, _place(each.place, room, mark)) for each in finding.notes)
    return replace(finding, place=_place(finding.place, room, mark), notes=notes)


def _place(place: Place, room: str, mark: str) -> Place:
    if not mark or not place.file.startswith(f"{room}{os.sep}"):
        return place
    return replace(place, file=f"{place.file.removeprefix(f'{room}{os.sep}')}{mark}")
