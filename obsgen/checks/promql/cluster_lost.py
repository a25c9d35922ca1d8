"""Rules that add up over clusters, in repositories that know more than one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql.labels import labels_of
from obsgen.promql.tree import Node
from obsgen.repository import Repository
from obsgen.repository.queries.expressions import Expression

ID = "promql/cluster-lost"
LEVEL = 3
SEVERITY = Severity.WARNING

CLUSTER = "cluster"
_NAMED = re.compile(rf"\b{CLUSTER}\b")


def check(repository: Repository) -> Iterator[Finding]:
    """At the aggregation that drops the label; nothing where nobody speaks of clusters.

    A warning in rules that are evaluated over many clusters, or whose file speaks of them for the most part. Where only
    the external labels of a Prometheus name the label, its own series lack it: one piece of information a file.
    """
    rules = [(each, each.query.root) for each in repository.expressions if each.rule and each.query]
    found = [(each, node) for each, root in rules if (node := _dropping(root))]
    naming = Counter(each.located.file for each, _ in rules if _NAMED.search(str(each.located.value)))
    losing = Counter(each.located.file for each, _ in found)
    central = _central(repository)
    told = set() if _is_external(repository) else set(losing)
    for expression, node in found:
        file = expression.located.file
        if file in central or naming[file] > losing[file]:
            yield _finding(expression, node, Severity.WARNING)
        elif file not in told:
            told.add(file)
            yield _finding(expression, node, Severity.INFO, f", as {losing[file]} rules here do" * (losing[file] > 1))


def _central(repository: Repository) -> set[str]:
    """The files of rules that something evaluates which sees the series of several Prometheuses."""
    loading = (
        (rules, graph.loads(rules)) for graph in (each.graph for each in repository.feeds) for rules in graph.rules
    )
    return {
        rules.located.file
        for rules, selections in loading
        if any(each.answer and not each.prometheus.scrapes for each in selections)
    }


def _is_external(repository: Repository) -> bool:
    """Whether the external labels of a Prometheus name the label."""
    external = [
        *(each.located.at("spec", "externalLabels") for each in repository.objects if each.kind == "Prometheus"),
        *(each.at("prometheus", "prometheusSpec", "externalLabels") for each in repository.chart_values),
        *(each.located.at("global", "external_labels") for each in repository.prometheus_configs),
    ]
    return any(isinstance(each.value, dict) and CLUSTER in each.value for each in external)


def _dropping(root: Node) -> Node | None:
    """The outermost aggregation that drops the label, if the result surely lacks it because of one."""
    if not labels_of(root).lacks(CLUSTER):
        return None
    aggregations = (node for node in root.walk() if node.kind == "aggregate")
    return next((node for node in aggregations if _drops(node)), None)


def _drops(node: Node) -> bool:
    return labels_of(node).lacks(CLUSTER) and not labels_of(node.children[-1]).lacks(CLUSTER)


def _finding(expression: Expression, node: Node, severity: Severity, more: str = "") -> Finding:
    message = f"'{node.name}' adds up over clusters: it drops the label {CLUSTER}{more}"
    hint = f"add {CLUSTER} to its by (…); where only one cluster is seen, it changes nothing"
    return Finding(ID, severity, message, expression.place(node.start, node.length), hint)
