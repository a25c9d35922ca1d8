"""The same object written twice in one place: the last one applied wins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject

ID = "object/duplicate"
LEVEL = 1
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """Within a file it is an error; two files of a folder may be alternatives. Inside builds kustomize objects."""
    first: dict[tuple[str, ...], KubeObject] = {}
    for object_ in repository.objects:
        if object_.document is None or not object_.name:
            continue
        folder = str(PurePath(object_.located.file).parent)
        other = first.setdefault((folder, object_.group, object_.kind, object_.namespace, object_.name), object_)
        if other is not object_:
            same_file = other.located.file == object_.located.file
            severity = SEVERITY if same_file else Severity.WARNING
            place = object_.located.place(("metadata", "name"))
            message = f"{object_} stands here and at {other.located.place(('metadata', 'name'))}"
            yield Finding(ID, severity, message, place, "whichever is applied last wins: keep one of them")
