"""Objects whose kind or metadata are not of the form that every tool relies on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen import schemas
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.builds import wrong_types
from obsgen.repository.forms import metadata_misfits

ID = "object/wrong-type"
LEVEL = 1
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the value: no kustomization is built with it."""
    for entry in repository.entries:
        if entry.kind in ("manifest", "incomplete manifest") and not _has_schema(entry.document.value):
            yield from wrong_types(ID, entry.document, metadata_misfits(entry.document.value))


def _has_schema(value: dict[str, Any]) -> bool:
    """Whether schema/invalid will say it, in better words."""
    api_version, kind = value.get("apiVersion"), value.get("kind")
    return isinstance(api_version, str) and isinstance(kind, str) and schemas.lookup(api_version, kind) is not None
