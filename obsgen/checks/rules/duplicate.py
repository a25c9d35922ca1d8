"""Rules and groups that stand twice."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import Rule, RuleSet

ID = "rules/duplicate"
LEVEL = 3
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error for groups and equal rules; a warning where expressions differ, which may never hold together."""
    for set_ in repository.rule_sets:
        yield from _groups(set_)
        yield from _rules(set_)


def _groups(set_: RuleSet) -> Iterator[Finding]:
    first: dict[str, Located] = {}
    for group in set_.groups:
        name = str(group.value.get("name"))
        if first.setdefault(name, group) is not group:
            whole = "object" if set_.is_object else "file"
            message = f"group '{name}' stands twice: Prometheus refuses the whole {whole}"
            yield Finding(ID, SEVERITY, message, group.place(("name",)), f"see {first[name].place(('name',))}")


def _rules(set_: RuleSet) -> Iterator[Finding]:
    first: dict[object, Rule] = {}
    for rule in set_.rules:
        labels = rule.value.get("labels")
        pairs = frozenset((str(k), str(v)) for k, v in labels.items()) if isinstance(labels, dict) else frozenset()
        identity = (rule.is_alert, rule.name, pairs)
        if rule.name and first.setdefault(identity, rule) is not rule:
            key = "alert" if rule.is_alert else "record"
            same = rule.expr == first[identity].expr
            outcome = "" if same else ": where both hold, each undoes the other"
            message = f"{key} '{rule.name}' stands twice with the same labels{outcome}"
            other = first[identity].located.place((key,))
            severity = SEVERITY if same else Severity.WARNING
            yield Finding(ID, severity, message, rule.located.place((key,)), f"see {other}; join them by `or`")
