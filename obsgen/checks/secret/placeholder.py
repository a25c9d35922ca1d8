"""Keys that somebody was to fill in: applied as they are, nothing gets through."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import Located

ID = "secret/placeholder"
LEVEL = 5
SEVERITY = Severity.WARNING

_PLACEHOLDER = re.compile(
    r"\bYOUR[_/-][A-Z0-9_/-]*[A-Z0-9]|(?i:\b(?:change[_-]?me|replace[_-]?me|your[_-]\w+[_-]here)\b)"
)


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at each of them, in Secrets and in configurations of Alertmanager; `secret/value` tells of keys."""
    exposed = {(one.place.file, one.place.line) for one in repository.secrets}
    for finding in _all(repository):
        if (finding.place.file, finding.place.line) not in exposed:
            yield finding


def _all(repository: Repository) -> Iterator[Finding]:
    for object_ in repository.objects:
        if (object_.group, object_.kind) == ("", "Secret"):
            yield from _in(object_.located.at("stringData"))
    for configuration in repository.alertmanagers:
        if configuration.is_native and configuration.owner is None:
            yield from _in(configuration.located.at("global"))
            yield from _in(configuration.located.at("receivers"))


def _in(part: Located) -> Iterator[Finding]:
    if isinstance(part.value, dict):
        for key in part.value:
            yield from _in(part.at(key))
    elif isinstance(part.value, list):
        for item in part.items():
            yield from _in(item)
    elif isinstance(part.value, str):
        for match in _PLACEHOLDER.finditer(part.value):
            place = part.text_place((), match.start(), match.end() - match.start())
            message = f"{match[0]} stands for a key that somebody was to fill in"
            hint = "let a Secret from outside of the repository bring it, such as an ExternalSecret"
            yield Finding(ID, SEVERITY, message, place, hint)
