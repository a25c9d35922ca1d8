"""Quantiles of each series by itself: one line for each pod and engine, and none for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import Sort
from obsgen.promql.labels import input_of
from obsgen.repository import Repository

ID = "histogram/each"
LEVEL = 4
SEVERITY = Severity.INFO

_BY_EDGE = (Sort.BUCKET, Sort.SPREAD)


def check(repository: Repository) -> Iterator[Finding]:
    """Information: somebody may want to compare pods."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            buckets = input_of(node) if node.name == "histogram_quantile" else None
            if buckets is None or meaning.of(buckets).sort not in _BY_EDGE:
                continue
            if not any(each.kind in ("aggregate", "binary") for each in buckets.walk()):
                message = "this is a quantile for each series, such as each pod: none for all requests together"
                hint = "add up the buckets first: histogram_quantile(…, sum by (le, …) (rate(…)))"
                yield Finding(ID, SEVERITY, message, meaning.place(node), hint)
