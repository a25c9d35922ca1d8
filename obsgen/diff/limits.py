"""Limits as people read them: with the unit of what is compared with them."""

from __future__ import annotations

from obsgen import units
from obsgen.diff.expressions import Difference
from obsgen.diff.trees import Tree
from obsgen.knowledge.dimensions import unit_of
from obsgen.knowledge.reading import Reading
from obsgen.promql import Node
from obsgen.repository.queries.meanings import comparisons
from obsgen.repository.queries.rules import Rule


def limit_text(tree: Tree, rule: Rule, found: Difference, number: str) -> str:
    """One of the numbers of a difference in limits, with its unit if it is known what is compared."""
    unit = _unit(tree, rule, found.node)
    return units.text(float(number), unit) if unit else number


def _unit(tree: Tree, rule: Rule, comparison: Node | None) -> units.Unit | None:
    for meaning in tree.meanings.get(rule.expr, ()):
        for each in comparisons(meaning):
            if comparison and (each.node.start, each.node.name) == (comparison.start, comparison.name):
                return units.UNITS.get(_name(each.reading))
    return None


def _name(reading: Reading) -> str:
    if reading.unit or reading.is_share:
        return reading.unit or "ratio"
    return (unit_of(reading.dimension) if reading.dimension else None) or ""
