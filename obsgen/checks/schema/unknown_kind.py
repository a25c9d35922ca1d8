"""Objects of a kind that has no schema here: nothing can be said about their fields."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import schemas
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "schema/unknown-kind"
LEVEL = 2
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """One finding an object, at its apiVersion if the kind is known under another one, else at its kind."""
    for object_ in repository.objects:
        if schemas.lookup(object_.api_version, object_.kind) is None:
            known = object_.kind in schemas.known_kinds()
            place = object_.located.place(("apiVersion",) if known else ("kind",))
            message = f"no schema for {object_.api_version} {object_.kind}: {object_} cannot be checked"
            yield Finding(ID, SEVERITY, message, place, schemas.nearest(object_.api_version, object_.kind))
