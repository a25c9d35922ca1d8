"""Joins whose `one` side may have several series for the labels that are compared: then the whole query fails."""

from __future__ import annotations

from collections.abc import Iterator

import promql_parser as pq

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import bare, joined_on, matchers
from obsgen.repository.queries.meanings import Meaning

ID = "join/not-unique"
LEVEL = 4
SEVERITY = Severity.INFO

_MANY = frozenset(("and", "or", "unless"))
"""Operators that take any number of partners."""
_TELLING = frozenset(("uid", "id", "container"))
"""Labels of which one thing may have several, one after the other or side by side, like those with a set of values."""


def check(repository: Repository) -> Iterator[Finding]:
    """Information: it fails while two of them are there, such as just after a pod has been replaced."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            on = joined_on(node) if node.kind == "binary" and node.name not in _MANY else None
            for one in _one_sides(node) if on is not None else ():
                yield from _judged(meaning, bare(one), on or [], _fetched(node))


def _one_sides(node: Node) -> tuple[Node, ...]:
    """The sides of which each series must have labels of its own."""
    modifier = node.raw.modifier if isinstance(node.raw, pq.BinaryExpr) else None
    if modifier and modifier.card == pq.VectorMatchCardinality.ManyToOne:
        return node.children[1:]
    if modifier and modifier.card == pq.VectorMatchCardinality.OneToMany:
        return node.children[:1]
    return node.children


def _fetched(node: Node) -> list[str]:
    """The labels that `group_left (…)` brings from the `one` side."""
    modifier = node.raw.modifier if isinstance(node.raw, pq.BinaryExpr) else None
    return list(modifier.group_labels or ()) if modifier else []


def _judged(meaning: Meaning, one: Node, on: list[str], fetched: list[str]) -> Iterator[Finding]:
    if one.kind != "selector":
        return
    chosen = {each.name for each in matchers(one)}
    closed = {label for row in meaning.carried.rows(one) for label in row.values}
    telling = sorted((meaning.carried.surely(one) & (_TELLING | closed)) - set(on) - chosen)
    if telling:
        message = (
            f"several series of {one.name} may have the same {', '.join(on) or 'labels'}, told apart by {telling[-1]}"
        )
        hint = f"make it one: max by ({', '.join(dict.fromkeys((*on, *fetched)))}) ({one.name})"
        yield Finding(ID, SEVERITY, message, meaning.place(one), hint)
