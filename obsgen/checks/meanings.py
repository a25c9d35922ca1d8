"""What every expression means where it is evaluated: the readings of its parts, by what is known of its series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from obsgen.checks.expressions import Expression
from obsgen.checks.lookups import Lookup
from obsgen.facts import Facts
from obsgen.findings import Place
from obsgen.knowledge.reading import Reading, Readings, readings
from obsgen.promql import Node
from obsgen.promql.values import COMPARISONS


@dataclass(frozen=True, eq=False)
class Meaning:
    """An expression with the readings of its nodes, at one place whose facts hold."""

    expression: Expression
    root: Node
    facts: Facts
    readings: Readings
    lookups: Sequence[Lookup]

    def of(self, node: Node) -> Reading:
        """What the values of a node are."""
        return self.readings.of(node)

    def walk(self) -> Iterator[tuple[Node, Reading]]:
        """Every node and its reading, each before those below it."""
        return ((node, self.of(node)) for node in self.root.walk())

    def text(self, node: Node) -> str:
        """A node's head as it is written: of a selector all of it."""
        query = self.expression.query
        return query.text[node.start : node.start + node.length] if query else ""

    def place(self, node: Node) -> Place:
        """Where a node's head stands."""
        return self.expression.place(node.start, node.length)


def meanings(lookups: Sequence[Lookup]) -> Iterator[Meaning]:
    """The expressions of some lookups, those of one expression and place together."""
    for _, group in groupby(lookups, key=lambda each: (id(each.expression), id(each.facts))):
        found = list(group)
        query = found[0].expression.query
        if query:
            rows = {id(each.node): each.verdict.rows for each in found}
            yield Meaning(found[0].expression, query.root, found[0].facts, readings(query.root, rows), found)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of series with a number: the side that has the series, and how it must stand to the number."""

    node: Node
    side: Node
    reading: Reading
    operator: str
    limit: float


_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def comparisons(meaning: Meaning) -> Iterator[Comparison]:
    """The comparisons with numbers in an expression; `0.9 < x` is told as `x > 0.9`."""
    for node in meaning.root.walk():
        if node.kind == "binary" and node.name in COMPARISONS:
            left, right = node.children
            if (limit := meaning.of(right).value) is not None:
                yield Comparison(node, left, meaning.of(left), node.name, limit)
            elif (limit := meaning.of(left).value) is not None:
                yield Comparison(node, right, meaning.of(right), _TURNED.get(node.name, node.name), limit)
