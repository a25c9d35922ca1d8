"""Manifests that lie beside a kustomization which does not list them: nobody applies them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Place, Severity

ID = "kustomize/orphan"
LEVEL = 1
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A file counts as forgotten if its folder is kustomized: has a kustomization, or files that one lists."""
    owners = {one.folder: one.document.file for one in repository.kustomizations}
    for path in repository.references:
        owner = next((owners[folder] for folder in (path.parent, *path.parent.parents) if folder in owners), "")
        owners.setdefault(path.parent, owner)
    told: set[Path] = set()
    for entry in repository.entries:
        path = entry.path.resolve()
        if entry.kind != "manifest" or path in repository.references or path in told:
            continue
        owner = owners.get(path.parent, "")
        if owner:
            told.add(path)
            yield _finding(entry.document.file, owner)


def _finding(file: str, owner: str) -> Finding:
    name = os.path.relpath(file, Path(owner).parent)
    hint = f"add '- {name}' to its resources, or remove the file"
    return Finding(ID, SEVERITY, f"{owner} does not list this file, so it is never applied", Place(file), hint)
