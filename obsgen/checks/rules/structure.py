"""Rules that Prometheus refuses for their form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import Rule, RuleSet

ID = "rules/structure"
LEVEL = 3
SEVERITY = Severity.ERROR

_GROUP = "interval labels limit name partial_response_strategy query_offset rules source_tenants"
_GROUP_KEYS = frozenset(_GROUP.split())
_RULE_KEYS = frozenset(("alert", "annotations", "expr", "for", "keep_firing_for", "labels", "record"))
_ALERT_ONLY = ("annotations", "for", "keep_firing_for")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the key. Unknown keys of objects are left to their schema."""
    for set_ in repository.rule_sets:
        for group in set_.groups:
            yield from _group(set_, group)
        for rule in set_.rules:
            yield from _rule(set_, rule)


def _group(set_: RuleSet, group: Located) -> Iterator[Finding]:
    if not group.value.get("name"):
        yield Finding(ID, SEVERITY, "this group has no name", group.place((), key=True), "add name: …")
    if not set_.is_object:
        yield from _unknown(group, _GROUP_KEYS)


def _rule(set_: RuleSet, rule: Rule) -> Iterator[Finding]:
    value = rule.value
    if ("alert" in value) == ("record" in value):
        what = "both alert and record" if "alert" in value else "neither alert nor record"
        yield Finding(ID, SEVERITY, f"a rule with {what}", rule.located.place((), key=True), "it needs one of the two")
    if not rule.expr.strip():
        place = rule.located.place(("expr",) if "expr" in value else (), key=True)
        yield Finding(ID, SEVERITY, f"rule '{rule.name}' has no expression", place, "add expr: …")
    for key in _ALERT_ONLY if not rule.is_alert else ():
        if value.get(key):
            place = rule.located.place((key,), key=True)
            yield Finding(ID, SEVERITY, f"a recording rule has no '{key}'", place, "remove it")
    if not rule.is_alert and rule.name and not _METRIC_NAME.match(rule.name):
        place = rule.located.place(("record",))
        hint = "letters, digits, '_' and ':', such as level:metric:operation"
        yield Finding(ID, SEVERITY, f"'{rule.name}' is no name for a series", place, hint)
    yield from _labels(rule)
    if not set_.is_object:
        yield from _unknown(rule.located, _RULE_KEYS)


def _labels(rule: Rule) -> Iterator[Finding]:
    for field in ("labels", "annotations"):
        pairs = rule.value.get(field)
        for name in pairs if isinstance(pairs, dict) else ():
            if not _LABEL_NAME.match(str(name)) or (field == "labels" and name == "__name__"):
                place = rule.located.place((field, name), key=True)
                message = f"'{name}' is no name for {'a label' if field == 'labels' else 'an annotation'}"
                yield Finding(ID, SEVERITY, message, place, "letters, digits and '_'")


def _unknown(owner: Located, known: frozenset[str]) -> Iterator[Finding]:
    for key in owner.value:
        if key not in known:
            near = get_close_matches(str(key), sorted(known), 1)
            hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(sorted(known))}"
            yield Finding(ID, SEVERITY, f"unknown key '{key}'", owner.place((key,), key=True), hint)
