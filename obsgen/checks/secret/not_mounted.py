"""Files of Secrets that a configuration reads, and that its server does not mount."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.hints import did_you_mean
from obsgen.repository import Repository
from obsgen.repository.alerting.mountedpaths import MountedPath, mounted, unmounted_by_values

ID = "secret/not-mounted"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the path."""
    for path in mounted(repository):
        if not path.is_mounted:
            yield _finding(path)
    for lost in unmounted_by_values(repository):
        message = f"nothing mounts {lost.kind} {lost.name}: there is no such file"
        yield Finding(ID, SEVERITY, message, lost.part.place(), f"add {lost.name} to {lost.spec}.{lost.field}")


def _finding(path: MountedPath) -> Finding:
    reference = path.reference
    listed = path.server.located.at("spec", path.field)
    names = [str(each.value) for each in listed.items()]
    message = f"{path.server} does not mount {reference.kind} {reference.name}: there is no such file"
    hint = did_you_mean(reference.name, names) or f"add {reference.name} to its spec.{path.field}"
    note = Note(f"what {path.server} mounts", listed.place((), key=True))
    return Finding(ID, SEVERITY, message, reference.located.place(), hint, (note,))
