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
