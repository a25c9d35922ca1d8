"""Manifests that lie beside a kustomization which does not list them: nobody applies them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from obsgen.findings import Finding, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.forms import KUSTOMIZATION, misfits

ID = "kustomize/orphan"
LEVEL = 1
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the file's beginning; no other check looks at the objects in it.

    A kustomization with a misspelt field may list the file there: that is told, and no more.
    """
    misspelt = {
        one.document.file for one in repository.kustomizations if any(misfits(one.document.value, KUSTOMIZATION))
    }
    names = {entry.real: entry.document.file for entry in repository.entries}
    orphans = {path: owner for path, owner in repository.orphans.items() if owner not in misspelt}
    for path, owner in orphans.items():
        name = os.path.relpath(names[path], Path(owner).parent)
        hint = f"add '- {name}' to its resources, or remove the file"
        message = f"{owner} does not list this file, so it is never applied"
        yield Finding(ID, SEVERITY, message, Place(names[path]), hint)
