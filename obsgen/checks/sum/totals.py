"""Sums over series of which some are the totals of others: what is there is counted twice."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import matchers, with_parents
from obsgen.repository.queries.meanings import Meaning

ID = "sum/totals"
LEVEL = 4
SEVERITY = Severity.ERROR

_MIXES = frozenset(("avg", "count", "sum"))
_TELLING = frozenset(("image", "name"))
"""Labels that totals lack, too."""


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the aggregation: it drops the label by which totals are told from parts."""
    for meaning in repository.meanings:
        for node, above in with_parents(meaning.root):
            label = _label(meaning, node) if node.kind == "selector" else ""
            mixing = next((each for each in reversed(above) if each.kind == "aggregate"), None)
            if label and mixing and mixing.name in _MIXES and meaning.carried.may(mixing).lacks(label):
                message = f"{node.name} has series without {label}, which are the totals of the others: counted twice"
                yield Finding(ID, SEVERITY, message, meaning.place(node), f'ask for {node.name}{{{label}!=""}}')


def _label(meaning: Meaning, node: Node) -> str:
    """The label without which a series is a total; none where the selector asks for it, or for one like it."""
    rows = meaning.carried.rows(node)
    label = rows[0].totals if rows and all(row.totals == rows[0].totals for row in rows) else ""
    return "" if any(each.name in (label, *_TELLING) for each in matchers(node)) else label
