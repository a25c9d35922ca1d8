"""Rules that ask for another namespace than the one that their Prometheus enforces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import promql_parser as pq

from obsgen.findings import Finding, Note, Severity
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject
from obsgen.repository.queries.asked import matchers
from obsgen.repository.queries.expressions import Expression
from obsgen.repository.queries.rules import rules_of_object
from obsgen.signalpath.prometheuses import Prometheus

ID = "path/enforced-namespace"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the selector: the operator replaces its matcher, and the rule looks into its own namespace alone."""
    by_rule = {id(each.rule.value): each for each in repository.expressions if each.rule}
    for graph in (each.graph for each in repository.feeds):
        for object_ in graph.rules:
            for each in graph.loads(object_):
                label = each.prometheus.spec.get("enforcedNamespaceLabel")
                if label and each.answer and object_.namespace and not _is_exempt(each.prometheus, object_):
                    yield from _of_object(str(label), each.prometheus, object_, by_rule)


def _is_exempt(prometheus: Prometheus, object_: KubeObject) -> bool:
    excluded = prometheus.spec.get("excludedFromEnforcement")
    return any(
        each.get("namespace") == object_.namespace and each.get("name") in (None, "", object_.name)
        for each in (excluded if isinstance(excluded, list) else ())
        if isinstance(each, Mapping) and each.get("resource") == "prometheusrules"
    )


def _of_object(
    label: str, prometheus: Prometheus, object_: KubeObject, by_rule: Mapping[int, Expression]
) -> Iterator[Finding]:
    rules = rules_of_object(object_)
    place = prometheus.place()
    notes = (Note("enforcedNamespaceLabel", place),) if place else ()
    for expression in (by_rule.get(id(rule.value)) for rule in (rules.rules if rules else ())):
        for node in expression.query.selectors() if expression and expression.query else ():
            wanted = _wanted(node, label)
            if expression and wanted and wanted != object_.namespace:
                message = f"{prometheus} makes {label}={wanted} of this rule {label}={object_.namespace}"
                hint = "put the rule into that namespace, or name its object in excludedFromEnforcement"
                yield Finding(ID, SEVERITY, message, expression.place(node.start, node.length), hint, notes)


def _wanted(node: Node, label: str) -> str:
    return next((each.value for each in matchers(node) if each.name == label and each.op == pq.MatchOp.Equal), "")
