"""Durations of rules and groups that Prometheus does not read, or that cannot work."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql.durations import milliseconds
from obsgen.repository import Repository
from obsgen.repository.objects import Located

ID = "promql/duration"
LEVEL = 3
SEVERITY = Severity.ERROR

_OF_GROUPS = ("interval", "query_offset")
_OF_RULES = ("for", "keep_firing_for")


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the value; quantities such as 5min or 1.5h are not durations."""
    for set_ in repository.rule_sets:
        for group in set_.groups:
            yield from _durations(group, _OF_GROUPS)
        for rule in set_.rules:
            yield from _durations(rule.located, _OF_RULES)


def _durations(owner: Located, keys: tuple[str, ...]) -> Iterator[Finding]:
    for key in keys:
        value = owner.value.get(key)
        if value is None or (isinstance(value, str) and milliseconds(value) is not None):
            continue
        hint = "write it as 30s, 5m, 1h30m or 250ms: whole numbers, largest unit first"
        yield Finding(ID, SEVERITY, f"{key} '{value}' is no duration", owner.place((key,)), hint)
