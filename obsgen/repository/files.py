"""Which files of the given paths are read, and what came of it: documents, findings, or a reason why not."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from obsgen.findings import Finding, InputError, Place, error
from obsgen.source import Document, load_text, read_text

SKIPPED_FOLDERS = frozenset((".git", ".obsgen", ".venv", "node_modules"))
KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_ENDINGS = (".yaml", ".yml", ".json")

_HELM = re.compile(
    r"\{\{-?\s*(?:\.(?:Values|Release|Chart|Files|Capabilities)\b|include\b|template\b|toYaml\b|tpl\b)"
    r"|^[ \t]*\{\{-?\s*(?:if|range|with|end|define|else)\b",
    re.MULTILINE,
)
_OURS = re.compile(r"\b(?:apiVersion|panels|groups|resources)\b['\"]?\s*:")
"""What a file that matters here contains; a broken one without it is somebody else's."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or document that was not checked, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file held: documents, or findings; `excuse` says why nobody need hear of a file that was not read.

    One that is `left_out` counts as if nobody could read it, not even as the text that it is.
    """

    file: str
    path: Path
    real: Path
    """The path without links."""
    documents: tuple[Document, ...] = ()
    findings: tuple[Finding, ...] = ()
    excuse: str = ""
    left_out: bool = False


def read_all(paths: Iterable[Path]) -> list[Reading]:
    """Every YAML and JSON file under the paths, in the order of their names; InputError if a path is not there."""
    paths = [Path(os.path.normpath(path)) for path in paths]
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise InputError(error("file/missing", f"there is no {path}", Place(str(path))) for path in missing)
    seen: set[Path] = set()
    readings = []
    for path in paths:
        root = path.resolve()
        for file in _files(path):
            real = file.resolve()
            if real in seen:
                continue
            seen.add(real)
            readings.append(_read(file, real) if real.is_relative_to(root) else _link_out(file, real))
    return readings


def is_helm(text: str) -> bool:
    """Whether a text is a template of a Helm chart."""
    return "{{" in text and bool(_HELM.search(text))


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for name in sorted(names):
            if name.endswith(_ENDINGS) or name in KUSTOMIZATION_NAMES:
                yield Path(folder, name)


def _link_out(path: Path, real: Path) -> Reading:
    return Reading(str(path), path, real, excuse="a link out of the folder")


def _read(path: Path, real: Path) -> Reading:
    name = str(path)
    if _in_chart(path):
        return Reading(name, path, real, excuse="Helm template")
    try:
        text = read_text(path, name)
        return Reading(name, path, real, tuple(load_text(text, name)))
    except InputError as refusal:
        return Reading(name, path, real, findings=refusal.findings, excuse=_excuse(path, refusal))


def _in_chart(path: Path) -> bool:
    return any(folder.name == "templates" and (folder.parent / "Chart.yaml").exists() for folder in path.parents)


def _excuse(path: Path, refusal: InputError) -> str:
    """Why a file that cannot be read is no fault of this repository's manifests; empty if it is one."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")[:1_000_000]
    except OSError:
        return ""
    if is_helm(text):
        return "Helm template"
    if not _OURS.search(text):
        return f"neither a manifest nor a dashboard: {refusal.findings[0].message}"
    return ""
