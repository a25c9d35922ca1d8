"""Every series that an expression asks for, looked up in what is known of the field's exporters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import promql_parser as pq

from obsgen.facts import Facts
from obsgen.findings import Place
from obsgen.knowledge.carried import TARGET
from obsgen.knowledge.exposure import State, Verdict, verdict
from obsgen.knowledge.inventory import Inventory, Known
from obsgen.promql import Node, Query
from obsgen.repository.queries.expressions import Expression

_ASKING = (pq.MatchOp.Equal, pq.MatchOp.Re)


@dataclass(frozen=True, eq=False)
class Lookup:
    """A selector of an expression, the facts of one place that it is for, and what is known of its series.

    `is_spare` says that another branch of an `or` around it is exposed there: then nothing is lost without it.
    """

    expression: Expression
    node: Node
    facts: Facts
    verdict: Verdict
    is_spare: bool = False
    is_recorded: bool = False
    """Whether rules record the series: it is known by them, not by an exporter."""

    @property
    def name(self) -> str:
        """The series' name."""
        return self.node.name

    @property
    def has_plain_name(self) -> bool:
        """Whether the name stands before the braces, and not in a matcher."""
        return bool(self.expression.query and self.expression.query.text.startswith(self.name, self.node.start))

    @property
    def place(self) -> Place:
        """Where the name stands; the selector where it is given by a matcher."""
        return self.expression.place(self.node.start, len(self.name) if self.has_plain_name else self.node.length)


def look_up(
    expressions: Iterable[Expression],
    facts_of: Callable[[Expression], Iterable[Facts]],
    inventory: Inventory,
    recorded: frozenset[str],
) -> list[Lookup]:
    """The lookups of all expressions, one for each selector that names a series and each place that it is for."""
    known: dict[tuple[str, int], Verdict] = {}

    def judged(name: str, facts: Facts) -> Verdict:
        key = (name, id(facts))
        if key not in known:
            known[key] = Verdict(State.UNKNOWN) if name in recorded else verdict(inventory, name, facts)
        return known[key]

    found = []
    for expression in expressions:
        if expression.query:
            for facts in facts_of(expression):
                found += list(_of_tree(expression, expression.query, facts, judged, inventory))
    return [replace(each, is_recorded=True) if each.name in recorded else each for each in found]


def _of_tree(
    expression: Expression, query: Query, facts: Facts, judged: Callable[[str, Facts], Verdict], inventory: Inventory
) -> Iterator[Lookup]:
    spare = set(_spare(query.root, lambda name: judged(name, facts).state == State.THERE))
    for node in query.selectors():
        if node.name:
            found = judged(node.name, facts)
            if found.rows and all(_is_of_another(inventory, node, row, facts) for row in found.rows):
                found = replace(
                    found, state=State.THERE, rows=tuple(row.of_anybody() for row in found.rows), instead=()
                )
            yield Lookup(expression, node, facts, found, id(node) in spare)


def _is_of_another(inventory: Inventory, node: Node, row: Known, facts: Facts) -> bool:
    """Whether a selector asks for a shared name with labels, or a job, that its component does not have."""
    if not inventory.is_shared(row):
        return False
    found = node.raw.matchers.matchers if isinstance(node.raw, pq.VectorSelector) else []
    names = {row.component, *(server.name for server in facts.deployed(row.component) if server.name)}
    jobs = [each.value for each in found if each.name in ("job", "service") and each.op in _ASKING]
    foreign = any("$" not in job and not any(name in job for name in names) for job in jobs if job.strip(".*+"))
    return foreign or any(each.name not in row.labels | TARGET for each in found if each.value)


def _spare(node: Node, is_there: Callable[[str], bool]) -> Iterator[int]:
    """The identities of selectors on one side of an `or` whose other side has all its series."""
    if node.name == "or" and node.kind == "binary":
        sides = [[each for each in child.walk() if each.kind == "selector"] for child in node.children]
        for side, other in (sides, sides[::-1]):
            if other and all(is_there(each.name) for each in other):
                yield from map(id, side)
    for child in node.children:
        yield from _spare(child, is_there)
