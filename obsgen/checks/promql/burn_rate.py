"""Burn rates of several windows that are compared with the objective itself: a threshold, and no burn rate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.values import is_filter, range_of
from obsgen.repository import Repository
from obsgen.repository.queries.asked import bare
from obsgen.repository.queries.expressions import Expression

ID = "promql/burn-rate"
LEVEL = 3
SEVERITY = Severity.WARNING

_WINDOW = re.compile(r"\[[^\]]*\]|(?<=[a-z_])[0-9]+[smhdw]\b")
"""A range, or one in the name of a recorded series."""
_LEAST = 0.9
"""An objective is at least this share."""


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the second comparison: two windows and no factor do what one window does, only later."""
    for expression in repository.expressions:
        if expression.kind == "alert" and expression.query:
            for node in expression.query.root.walk():
                if node.kind == "binary" and node.name == "and":
                    yield from _judged(expression, *map(bare, node.children))


def _judged(expression: Expression, one: Node, other: Node) -> Iterator[Finding]:
    """Two comparisons with one limit, of one expression over two windows."""
    if not (is_filter(one) and is_filter(other)):
        return
    limits = [range_of(bare(each.children[1])) for each in (one, other)]
    same = limits[0] == limits[1] and limits[0].low == limits[0].high
    if same and _is_objective(one, limits[0].low) and _windows(one) != _windows(other) and _shape(one) == _shape(other):
        message = "both windows are compared with the objective itself, factor 1: a threshold, and no burn rate"
        hint = "burn rates are errors > factor * (1 - objective): 14.4 over 1h and 5m, 6 over 6h and 30m"
        yield Finding(ID, SEVERITY, message, expression.place(other.start, other.length), hint)


def _is_objective(node: Node, limit: float) -> bool:
    """Whether a limit is an objective, or the share of errors that one leaves, written as it is."""
    if node.name in ("<", "<="):
        return _LEAST <= limit < 1
    written = bare(node.children[1])
    return node.name in (">", ">=") and written.name == "-" and 0 < limit <= 1 - _LEAST


def _windows(node: Node) -> list[str]:
    return _WINDOW.findall(str(node.raw.prettify()))


def _shape(node: Node) -> str:
    return _WINDOW.sub("[]", str(node.raw.prettify()))
