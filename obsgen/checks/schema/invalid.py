"""Objects that differ from the schema of their kind."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import schemas
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject

ID = "schema/invalid"
LEVEL = 2
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """Every difference, at the key or value that is wrong."""
    for object_ in repository.objects:
        schema = schemas.lookup(object_.api_version, object_.kind)
        for fault in schemas.errors(object_.value, schema) if schema else ():
            finding = _finding(object_, fault)
            # What YAML 1.1 readers see there is another value: yaml/trap11 speaks of it.
            if finding.place not in repository.trap_places:
                yield finding


def _finding(object_: KubeObject, fault: schemas.SchemaError) -> Finding:
    unknown = fault.message.startswith(("unknown", "missing"))
    return Finding(ID, SEVERITY, fault.message, object_.located.place(fault.route, key=unknown), fault.hint)
