"""Labels that say where a rule was evaluated, written as if they were always the same."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.conventions import PLACE_LABELS
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.rules import Rule, distinct_rules

ID = "rules/static-label"
LEVEL = 3
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at each such label; a template that takes it from the series is left alone."""
    for rule in distinct_rules(repository.rule_sets):
        yield from _in_rule(rule)


def _in_rule(rule: Rule) -> Iterator[Finding]:
    texts = {str(text.route[-1]): text for text in rule.strings("labels") if "{{" not in text.value}
    found = [label for label in PLACE_LABELS if label in texts]
    for label in found:
        text = texts[label]
        # A provider may also be somebody whose models are called.
        if label != "provider" or len(found) > 1:
            message = f"{rule.name or 'a rule'} says {label}={text.value} wherever it is evaluated"
            hint = f"remove it: {label} belongs to the external labels of each Prometheus"
            yield Finding(ID, SEVERITY, message, text.place(), hint)
