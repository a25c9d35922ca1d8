"""Fields of kustomization files that hold something else than kustomize expects."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.builds import wrong_types
from obsgen.repository.forms import KUSTOMIZATION, misfits

ID = "kustomize/wrong-type"
LEVEL = 1
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the value: the kustomization is not built."""
    for kustomization in repository.kustomizations:
        document = kustomization.document
        yield from wrong_types(ID, document, misfits(document.value, KUSTOMIZATION))
