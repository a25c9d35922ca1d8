"""Alerts on targets that are down, which say nothing once no target is there at all."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.values import is_filter
from obsgen.repository import Repository
from obsgen.repository.queries.expressions import Expression

ID = "empty/target-gone"
LEVEL = 4
SEVERITY = Severity.WARNING

_ALL = frozenset(("sum", "max", "avg"))
"""A count is never 0, which is told of every count."""
_DOWN = frozenset(("==", "<", "<="))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning where no alert of the repository asks whether `up` is absent: then this one means all are gone."""
    alerts = [each for each in repository.expressions if each.kind == "alert" and each.query]
    if any(_asks_for_absence(node) for each in alerts if each.query for node in each.query.root.walk()):
        return
    for expression in alerts:
        yield from _judged(expression)


def _judged(expression: Expression) -> Iterator[Finding]:
    for node in expression.query.root.walk() if expression.query else ():
        counted = next((each for each in node.walk() if _of_up(each)), None) if _says_none(node) else None
        if counted:
            message = f"{counted.name} of up is empty, and not 0, once the last target is gone: the alert is silent"
            hint = "add `or absent(up{…})` with the same matchers"
            yield Finding(ID, SEVERITY, message, expression.place(counted.start, counted.length), hint)


def _says_none(node: Node) -> bool:
    return is_filter(node) and node.name in _DOWN and node.children[1].kind == "number"


def _of_up(node: Node) -> bool:
    return node.kind == "aggregate" and node.name in _ALL and any(each.name == "up" for each in node.walk())


def _asks_for_absence(node: Node) -> bool:
    return node.name in ("absent", "absent_over_time") and any(each.name == "up" for each in node.walk())
