"""What every expression means where it is evaluated: the readings of its parts, by what is known of its series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import NamedTuple

from obsgen.facts import Facts
from obsgen.findings import Place
from obsgen.knowledge.carried import Added, Carried
from obsgen.knowledge.inventory import Inventory, Known
from obsgen.knowledge.reading import Reading, Readings
from obsgen.promql import Node
from obsgen.promql.values import COMPARISONS
from obsgen.repository.queries.expressions import Expression
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.recordings import Recording, Recordings


@dataclass(frozen=True, eq=False)
class Meaning:
    """An expression with the readings of its nodes, at one place whose facts hold."""

    expression: Expression
    root: Node
    facts: Facts
    readings: Readings
    lookups: Sequence[Lookup]
    carried: Carried

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


def meanings(lookups: Sequence[Lookup], inventory: Inventory, added: Added) -> Iterator[Meaning]:
    """The expressions of some lookups, those of one expression and place together."""
    by_name: dict[str, list[Recording]] = {}
    recordings = Recordings(by_name)
    asked = list(_asked(lookups, Carried(inventory, lambda _: (), added, recordings.labels)))
    for one in asked:
        rule = one.lookups[0].expression.rule
        if rule and not rule.is_alert:
            static = frozenset(rule.value["labels"]) if isinstance(rule.value.get("labels"), dict) else frozenset()
            by_name.setdefault(rule.name, []).append(Recording(one.root, one.rows, one.carried, static))
    for one in asked:
        first = one.lookups[0]
        found = Readings(one.root, partial(_rows, one.rows), recordings.reading)
        yield Meaning(first.expression, one.root, first.facts, found, one.lookups, one.carried)


class _Asked(NamedTuple):
    """An expression at one place, before it is read."""

    root: Node
    rows: Mapping[int, Sequence[Known]]
    carried: Carried
    lookups: Sequence[Lookup]


def _asked(lookups: Sequence[Lookup], carried: Carried) -> Iterator[_Asked]:
    for _, group in groupby(lookups, key=lambda each: (id(each.expression), id(each.facts))):
        found = list(group)
        query = found[0].expression.query
        if query:
            rows = {id(each.node): each.verdict.rows for each in found}
            yield _Asked(query.root, rows, replace(carried, rows=partial(_rows, rows), found={}), found)


def _rows(rows: Mapping[int, Sequence[Known]], node: Node) -> Sequence[Known]:
    return rows.get(id(node), ())


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
