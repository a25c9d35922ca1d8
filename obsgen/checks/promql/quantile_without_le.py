"""Quantiles over buckets whose `le` an aggregation has dropped: they never yield anything."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.labels import input_of, labels_of
from obsgen.repository import Repository

ID = "promql/quantile-without-le"
LEVEL = 3
SEVERITY = Severity.ERROR

_QUANTILES = frozenset(("histogram_quantile", "histogram_quantiles", "histogram_fraction"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the aggregation. Series that are no classic buckets (native histograms) need no `le`."""
    for expression in repository.expressions:
        for node in expression.query.root.walk() if expression.query else ():
            buckets = input_of(node) if node.name in _QUANTILES else None
            if buckets and _classic(buckets) and labels_of(buckets).lacks("le"):
                culprit = next((one for one in buckets.walk() if one.kind == "aggregate"), buckets)
                message = f"{node.name}() needs the label le, which '{culprit.name}' drops: the result is empty"
                place = expression.place(culprit.start, culprit.length)
                yield Finding(ID, SEVERITY, message, place, "add le to its by (…)")


def _classic(buckets: Node) -> bool:
    names = [node.name for node in buckets.walk() if node.kind == "selector"]
    return bool(names) and all("_bucket" in name for name in names)
