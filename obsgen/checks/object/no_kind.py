"""Documents that look like manifests but lack apiVersion or kind."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.gathered import Entry

ID = "object/no-kind"
LEVEL = 1
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error: nobody can apply such a document."""
    for entry in repository.entries:
        if entry.kind == "incomplete manifest" and not (repository.excuse(entry) or _is_patch(entry, repository)):
            missing = [key for key in ("apiVersion", "kind") if not isinstance(entry.document.value.get(key), str)]
            present = next(key for key in ("kind", "apiVersion", "metadata") if key in entry.document.value)
            place = entry.document.place((present,), key=True)
            yield Finding(ID, SEVERITY, f"this object has no {' and no '.join(missing)}", place, _hint(missing))


def _is_patch(entry: Entry, repository: Repository) -> bool:
    """Whether a kustomization uses the file as something else; then it need not say what it is."""
    references = repository.references.get(entry.real, ())
    return bool(references) and all(reference.role != "resource" for reference in references)


def _hint(missing: list[str]) -> str:
    return "; ".join(f"add {key}: …" for key in missing)
