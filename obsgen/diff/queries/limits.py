"""Limits and conditions as people read them: with the unit of what is compared, on the side where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import units
from obsgen.diff.queries.expressions import Difference
from obsgen.diff.queries.nodes import bare, constant, number, one_line
from obsgen.diff.trees import Tree
from obsgen.knowledge.dimensions import unit_of
from obsgen.knowledge.reading import Reading
from obsgen.promql import Node
from obsgen.promql.values import COMPARISONS
from obsgen.repository.queries.meanings import comparisons
from obsgen.repository.queries.rules import Rule

_LONGEST = 50
_LISTED = 2


def limit_texts(trees: tuple[Tree, Tree], rules: tuple[Rule, Rule], found: Difference) -> tuple[str, str]:
    """The numbers of a difference in limits, each with its unit if it is known what is compared there."""
    sides = zip(trees, rules, (found.before, found.node), strict=True)
    known = [(_unit(tree, rule, node), rule.expr in tree.meanings) for tree, rule, node in sides]
    # What is taken as if it had its new name already is an expression that nobody has read.
    old, new = (unit if is_read else known[1 - side][0] for side, (unit, is_read) in enumerate(known))
    return _text(found.old, old), _text(found.new, new)


def _text(number: str, unit: units.Unit | None) -> str:
    return units.text(float(number), unit) if unit else number


def _unit(tree: Tree, rule: Rule, comparison: Node | None) -> units.Unit | None:
    for meaning in tree.meanings.get(rule.expr, ()) if comparison else ():
        for each in comparisons(meaning):
            if comparison and (each.node.start, each.node.name) == (comparison.start, comparison.name):
                return units.UNITS.get(_name(each.reading))
    return None


def _name(reading: Reading) -> str:
    if reading.unit or reading.is_share:
        return reading.unit or "ratio"
    found = (unit_of(reading.dimension) if reading.dimension else None) or ""
    return "count/s" if found == "hertz" else found  # what is worked out to be one per second counts something


def condition_text(tree: Tree, rule: Rule, condition: Node) -> str:
    """A condition in few words: as it is written where that is short, else what it asks, and its limit."""
    condition = bare(condition)
    text = one_line(condition)
    if len(text) <= _LONGEST:
        return text
    limit = _limit(tree, rule, condition)
    return f"{compared(condition)} {limit}".strip()


def _limit(tree: Tree, rule: Rule, condition: Node) -> str:
    if condition.kind != "binary" or condition.name not in COMPARISONS:
        return ""
    value = constant(condition.children[1])
    return "" if value is None else f"{condition.name} {_text(number(value), _unit(tree, rule, condition))}"


def compared(node: Node | None) -> str:
    """The series that a condition asks for."""
    names = list(dict.fromkeys(_series(node))) if node else []
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}" or "another condition"


def _series(node: Node) -> Iterator[str]:
    return (each.name for each in node.walk() if each.kind == "selector" and each.name)


def limits_outside(node: Node) -> int:
    """How many comparisons with numbers an expression has that are not in a guard."""
    node = bare(node)
    if node.kind == "binary" and node.name in ("and", "unless"):
        return limits_outside(node.children[0])
    compares = node.kind == "binary" and node.name in COMPARISONS
    own = compares and any(constant(each) is not None for each in node.children)
    return own + sum(map(limits_outside, node.children))
