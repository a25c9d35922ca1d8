"""Sums over a label whose values are different things: a limit, a count and a share in one number."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import matchers, with_parents
from obsgen.repository.queries.meanings import Meaning

ID = "sum/kinds"
LEVEL = 4
SEVERITY = Severity.ERROR

_MIXES = frozenset(("avg", "max", "min", "sum"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the series: all that is known under the name is known for some values of the label alone."""
    for meaning in repository.meanings:
        for node, above in with_parents(meaning.root):
            label = _label(meaning, node) if node.kind == "selector" else ""
            mixing = next((each for each in reversed(above) if each.kind == "aggregate"), None)
            if label and mixing and mixing.name in _MIXES and meaning.carried.may(mixing).lacks(label):
                message = (
                    f"{mixing.name} of {node.name} mixes what its label {label} tells apart: {_kinds(meaning, node)}"
                )
                yield Finding(ID, SEVERITY, message, meaning.place(node), f"ask for one {label}, or keep it in by (…)")


def _label(meaning: Meaning, node: Node) -> str:
    """A label on which every signal of the name depends, and that the selector does not ask for."""
    rows = meaning.carried.rows(node)
    asked = {each.name for each in matchers(node)}
    common = set.intersection(*(set(row.match) for row in rows)) - asked if rows else set()
    different = len({(row.signal, row.unit) for row in rows}) > 1
    return min(common) if common and different else ""


def _kinds(meaning: Meaning, node: Node) -> str:
    return ", ".join(dict.fromkeys(row.unit for row in meaning.carried.rows(node)))
