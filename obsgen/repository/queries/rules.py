"""Rules for Prometheus and for Loki, wherever they stand: in objects, rule files, rule files inside ConfigMaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from obsgen.repository.objects import Embedded, KubeObject, Located

RULE_OBJECTS = {
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.openshift.io", "AlertingRule"),
}
LOKI_RULE_OBJECTS = {
    ("loki.grafana.com", "AlertingRule"),
    ("loki.grafana.com", "RecordingRule"),
}
_LOKI_LABEL = "loki_rule"
"""The label by which the sidecar of Loki's chart finds ConfigMaps."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One alert or recording rule; of a malformed one, what can be had."""

    located: Located

    @property
    def value(self) -> dict[str, Any]:
        """The rule's mapping."""
        found: dict[str, Any] = self.located.value
        return found

    @property
    def is_alert(self) -> bool:
        """Whether it alerts."""
        return "alert" in self.value

    @property
    def name(self) -> str:
        """The alert's or the recorded series' name."""
        return str(self.value.get("alert") or self.value.get("record") or "")

    @property
    def expr(self) -> str:
        """The expression's text; a bare number counts."""
        expr = self.value.get("expr")
        return str(expr) if isinstance(expr, (str, int, float)) and not isinstance(expr, bool) else ""

    def strings(self, field: str) -> Iterator[Located]:
        """The string values of its labels or annotations."""
        texts = self.value.get(field)
        for key, text in texts.items() if isinstance(texts, dict) else ():
            if isinstance(text, str):
                yield self.located.at(field, key)


@dataclass(frozen=True, eq=False)
class RuleSet:
    """The groups of one object or file; what Prometheus loads or refuses as a whole."""

    located: Located
    """The value that has the key `groups`."""
    is_object: bool
    """Whether it is (part of) an object whose schema says which keys there may be."""
    for_loki: bool = False
    """Whether it stands where Loki's rules stand; elsewhere its expressions tell (`expressions.is_logql`)."""

    @cached_property
    def groups(self) -> list[Located]:
        """Its groups; what is no mapping is left out."""
        return [group for group in self.located.at("groups").items() if isinstance(group.value, dict)]

    @cached_property
    def rules(self) -> list[Rule]:
        """All rules of all groups."""
        return [rule for group in self.groups for rule in rules_of(group)]


def distinct_rules(sets: Iterable[RuleSet]) -> list[Rule]:
    """The rules of several sets; builds share what no patch has touched, and shared rules count once."""
    return list({id(rule.value): rule for one in sets for rule in one.rules}.values())


def rules_of(group: Located) -> list[Rule]:
    """The rules of one group."""
    return [Rule(rule) for rule in group.at("rules").items() if isinstance(rule.value, dict)]


def rules_of_object(object_: KubeObject) -> RuleSet | None:
    """The rules of an object whose kind is made for them."""
    kind = (object_.group, object_.kind)
    if kind not in RULE_OBJECTS | LOKI_RULE_OBJECTS:
        return None
    return RuleSet(object_.located.at("spec"), is_object=True, for_loki=kind in LOKI_RULE_OBJECTS)


def rules_of_text(located: Located) -> RuleSet:
    """The rules of a file that stands in an object."""
    owner = located.where.owner if isinstance(located.where, Embedded) else None
    labels = owner.metadata.get("labels") if owner else None
    return RuleSet(located, is_object=False, for_loki=isinstance(labels, dict) and _LOKI_LABEL in labels)
