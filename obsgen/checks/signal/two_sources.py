"""Sums and joins over a name that two exporters use: what is there is counted twice, or has two partners."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.carried import TARGET
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import matchers, with_parents
from obsgen.repository.queries.meanings import Meaning
from obsgen.repository.queries.naming import title

ID = "signal/two-sources"
LEVEL = 4
SEVERITY = Severity.WARNING

_MIXES = frozenset(("avg", "count", "sum"))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning where facts say that both run, and neither a matcher nor an aggregation keeps them apart."""
    for meaning in repository.meanings:
        for node, above in with_parents(meaning.root):
            sources = _sources(meaning, node) if node.kind == "selector" else []
            mixing = next((each for each in reversed(above) if _mixes(each)), None)
            if len(sources) > 1 and mixing:
                names = " and ".join(sources)
                outcome = "counted twice" if mixing.kind == "aggregate" else "matched by two"
                message = f"{node.name} comes from {names}: what is there is {outcome}"
                hint = "choose one by its job, or by a label that only one of them has"
                yield Finding(ID, SEVERITY, message, meaning.place(node), hint)


def _mixes(node: Node) -> bool:
    return (node.kind == "aggregate" and node.name in _MIXES) or (node.kind == "binary" and node.name in ("*", "/"))


def _sources(meaning: Meaning, node: Node) -> list[str]:
    """The exporters that run and have the series, as far as the selector does not choose among them."""
    rows = [row for row in meaning.carried.rows(node) if row.component and meaning.facts.running(row.component)]
    common = frozenset.intersection(*(row.labels for row in rows)) if rows else frozenset()
    choosing = [each for each in matchers(node) if each.name in TARGET - {"__name__"} or each.name not in common]
    found = () if choosing else (title(meaning.carried.inventory, row) for row in rows)
    return list(dict.fromkeys(found))
