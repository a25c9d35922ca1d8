"""Fields of kustomization files that kustomize does not have: it stops at them."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.forms import KUSTOMIZATION, misfits

ID = "kustomize/unknown-field"
LEVEL = 1
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the key."""
    for kustomization in repository.kustomizations:
        for misfit in misfits(kustomization.document.value, KUSTOMIZATION):
            if not misfit.expected:
                place = kustomization.document.place(misfit.route, key=True)
                yield Finding(ID, SEVERITY, f"kustomize has no field '{misfit.route[-1]}' here", place, misfit.hint)
