"""Kustomization files: finding and reading one, and what its references point at."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from obsgen.findings import Finding, InputError, Place, Severity, error
from obsgen.hints import did_you_mean
from obsgen.kustomize.nodes import Node
from obsgen.kustomize.objects import Built
from obsgen.source import Document, one_document

Loader = Callable[[Path], list[Document]]
"""Reads a YAML file; `functools.cache(load_file)` reads each file once for several overlays."""

UNSUPPORTED = "kustomize/unsupported"
"""The id of findings about what kustomize does and this build does not."""

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_REMOTE = re.compile(
    r"[a-z][a-z0-9+.-]*://|git@|git::|(?:github|gitlab|bitbucket)\.(?:com|org)[/:]|.*[?&]ref=", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a faultless kustomization makes for all that include it, and the files that were read for it."""

    objects: tuple[Built, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """What builds of the same files share: included kustomizations by directory, and paths without links."""

    made: dict[Path, Part] = field(default_factory=dict)
    real: dict[Path, Path] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """What one build gathers while it walks through kustomizations."""

    load: Loader
    findings: list[Finding] = field(default_factory=list)
    files: dict[Path, None] = field(default_factory=dict)
    parts: Parts = field(default_factory=lambda: Parts())
    left_out: frozenset[Path] = frozenset()

    def report(self, check: str, message: str, place: Place, hint: str = "") -> None:
        """Notes an error that kustomize would stop at."""
        self.findings.append(error(check, message, place, hint))

    def leave_out(self, what: str, place: Place) -> None:
        """Notes something that kustomize does and this build does not."""
        message = f"{what}: not followed here, so the result may differ from kustomize's"
        self.findings.append(Finding(UNSUPPORTED, Severity.INFO, message, place))

    def documents(self, path: Path) -> list[Document]:
        """The documents of a file; none, and findings, where it cannot be read."""
        self.files[path] = None
        try:
            return [document for document in self.load(path) if document.value is not None]
        except InputError as problem:
            self.findings += problem.findings
            return []

    def real_path(self, path: Path) -> Path:
        """A path with its links followed, as kustomize does before it compares paths."""
        if path not in self.parts.real:
            self.parts.real[path] = path.resolve()
        return self.parts.real[path]

    def raw(self, path: Path) -> bytes | None:
        """The bytes of a file; None where it is left out, None and a finding where it cannot be read."""
        self.files[path] = None
        if path in self.left_out:
            return None
        try:
            return path.read_bytes()
        except OSError as problem:
            reason = (problem.strerror or str(problem)).lower()
            self.report("file/unreadable", f"cannot read {path}: {reason}", Place(str(path)))
            return None


@dataclass(frozen=True, slots=True)
class Kustomization:
    """A kustomization file that has been read, its directory, and the directories it was reached through."""

    directory: Path
    document: Document
    content: Node
    above: tuple[Path, ...] = ()

    @property
    def is_component(self) -> bool:
        """Whether it is a Component, which works on the objects of whoever includes it."""
        return self.content.text("kind") == "Component"

    def entries(self, name: str) -> list[Node]:
        """The items of a list field; nothing where the field is no list, which a schema check reports."""
        found = self.content.get(name)
        return found.items if found else []


def read_kustomization(run: Run, directory: Path, above: tuple[Path, ...], asked: Place) -> Kustomization | None:
    """The kustomization of a directory; None, and a finding at `asked`, where there is not exactly one."""
    present = [directory / name for name in FILE_NAMES if is_file(directory / name)]
    if len(present) != 1:
        message = f"{directory} has no kustomization.yaml" if not present else f"{directory} has several kustomizations"
        hint = "" if not present else "keep one of " + ", ".join(path.name for path in present)
        run.report("kustomize/missing-reference", message, asked, hint)
        return None
    path = present[0]
    try:
        document = one_document(run.documents(path), str(path), "kustomization")
    except InputError as problem:
        run.findings += [] if any(f.place.file == str(path) for f in run.findings) else problem.findings
        return None
    if not isinstance(document.value, dict) or not document.value.keys() - {"apiVersion", "kind"}:
        run.report("kustomize/bad-kustomization", "the kustomization is empty", document.place())
        return None
    return Kustomization(directory, document, Node(document.value, document), above)


def file_at(run: Run, owner: Kustomization, reference: Node) -> Path | None:
    """The file that a reference names; None, and a finding, if it is missing or outside the kustomization."""
    name, place = str(reference.value), reference.place
    path = _join(owner.directory, name)
    if not is_file(path):
        what = "is a directory, not a file" if is_directory(path) else "does not exist"
        run.report("kustomize/missing-reference", f"{name} {what}", place(), _near_file(path))
        return None
    if not _is_below(run, path if path.is_symlink() else path.parent, owner.directory):
        message = f"{name} is outside {owner.directory}; kustomize reads files only in or below the kustomization"
        hint = "move the file, or give it a kustomization.yaml of its own and refer to that directory"
        run.report("kustomize/missing-reference", message, place(), hint)
        return None
    return path


def directory_at(run: Run, owner: Kustomization, reference: Node) -> Path | None:
    """The directory that a reference names; None, and a finding, if it cannot be one of `owner`'s bases."""
    name, place = str(reference.value), reference.place
    path = _join(owner.directory, name)
    if not is_directory(path):
        if is_remote(name):
            run.leave_out(f"the remote {name}", place())
        else:
            run.report("kustomize/missing-reference", f"{name} does not exist", place(), _near_file(path))
        return None
    if Path(name).is_absolute():
        run.report("kustomize/missing-reference", f"{name} is absolute", place(), "write it relative to this file")
        return None
    for visited in (*owner.above, owner.directory):
        if _is_below(run, visited, path):
            message = f"{name} leads back to {visited}, which is being built"
            run.report("kustomize/cycle", message, place(), "a base must not contain or include its overlay")
            return None
    return path


def is_remote(name: str) -> bool:
    """Whether a reference that is no directory here is one to somewhere else."""
    return bool(_REMOTE.match(name))


def is_file(path: Path) -> bool:
    """Whether a path is a file; False too for one that the system refuses to look at."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_directory(path: Path) -> bool:
    """Whether a path is a directory; False too for one that the system refuses to look at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _join(directory: Path, name: str) -> Path:
    return Path(os.path.normpath(directory / name))


def _is_below(run: Run, path: Path, directory: Path) -> bool:
    return run.real_path(path).is_relative_to(run.real_path(directory))


def _near_file(path: Path) -> str:
    if not is_directory(path.parent):
        return f"there is no directory {path.parent}"
    try:
        return did_you_mean(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return ""
