"""Alerts whose severity is spelt like another one: routes that go by it overlook them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.rules import Rule, distinct_rules

ID = "rules/severity"
LEVEL = 3
SEVERITY = Severity.WARNING

_USUAL = ("critical", "warning", "info", "none")
_ALIKE = 0.8


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at a severity that nearly is one that is usual, or that more of the alerts have."""
    alerts = [rule for rule in distinct_rules(repository.rule_sets) if rule.is_alert]
    known = Counter(_severity(rule) for rule in alerts)
    for rule in alerts:
        value = _severity(rule)
        others = [*_USUAL, *(each for each, count in known.items() if each and count > known[value])]
        near = get_close_matches(value, others, 1, _ALIKE) if value and value not in _USUAL else []
        if near:
            message = (
                f"severity '{value}' is spelt like '{near[0]}': routes and inhibitions that go by it overlook this"
            )
            place = rule.located.place(("labels", "severity"))
            yield Finding(ID, SEVERITY, message, place, f"did you mean '{near[0]}'?")


def _severity(rule: Rule) -> str:
    labels = rule.value.get("labels")
    return str(labels.get("severity") or "") if isinstance(labels, dict) else ""
