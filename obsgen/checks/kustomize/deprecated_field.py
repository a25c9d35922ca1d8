"""Fields of kustomization files that kustomize has replaced."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "kustomize/deprecated-field"
LEVEL = 1
SEVERITY = Severity.WARNING

_INSTEAD = {
    "bases": "list the folders under resources",
    "commonLabels": "use labels; add includeSelectors: true only to keep the selectors of what already runs",
    "imageTags": "use images",
    "patchesJson6902": "use patches, with path and target",
    "patchesStrategicMerge": "use patches, with path",
    "vars": "use replacements",
}


def check(repository: Repository) -> Iterator[Finding]:
    """One finding for each such field, at its key."""
    for kustomization in repository.kustomizations:
        value = kustomization.document.value
        for field in sorted(_INSTEAD.keys() & value.keys()) if isinstance(value, dict) else ():
            place = kustomization.document.place((field,), key=True)
            yield Finding(ID, SEVERITY, f"field '{field}' is deprecated", place, _INSTEAD[field])
