"""Matchers in the forms that Alertmanager 0.22 replaced by `matchers`, and that a later one will no longer read."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.objects import Located

ID = "alertmanager/old-matcher"
LEVEL = 2
SEVERITY = Severity.WARNING

_OPERATORS = {"match": "=", "match_re": "=~"}


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the key, with the new form to type. Objects' old forms are told by their schema."""
    for one in repository.alertmanagers:
        if one.is_native:
            yield from _in_routes(one)
            yield from _in_inhibitions(one)


def _in_routes(one: Configuration) -> Iterator[Finding]:
    for route in one.routes():
        for key, operator in _OPERATORS.items():
            yield from _told(route, key, "matchers", operator)


def _in_inhibitions(one: Configuration) -> Iterator[Finding]:
    for rule in one.located.at(one.keys.inhibit).items():
        for side in ("source", "target"):
            for key, operator in _OPERATORS.items():
                yield from _told(rule, f"{side}_{key}", f"{side}_matchers", operator)


def _told(owner: Located, key: str, new: str, operator: str) -> Iterator[Finding]:
    pairs = owner.at(key).value
    if isinstance(pairs, dict) and pairs:
        written = ", ".join(f"'{label}{operator}\"{value}\"'" for label, value in pairs.items())
        place = owner.place((key,), key=True)
        yield Finding(ID, SEVERITY, f"{key} is an old form of {new}", place, f"write {new}: [{written}]")
