"""Fields that still work but that their API will drop."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import schemas
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "schema/deprecated"
LEVEL = 2
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the field's key."""
    for object_ in repository.objects:
        schema = schemas.lookup(object_.api_version, object_.kind)
        for fault in schemas.deprecated(object_.value, schema) if schema else ():
            yield Finding(ID, SEVERITY, fault.message, object_.located.place(fault.route, key=True), fault.hint)
