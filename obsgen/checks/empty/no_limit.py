"""Divisions by a series whose 0 means that there is no limit: the result is infinite, and the alert fires."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.values import is_filter
from obsgen.repository import Repository
from obsgen.repository.queries.asked import selectors
from obsgen.repository.queries.meanings import Meaning

ID = "empty/no-limit"
LEVEL = 4
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the series: what its 0 means is known."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            if node.kind == "binary" and node.name == "/" and not _is_kept(node.children[1]):
                yield from _judged(meaning, node.children[1])


def _judged(meaning: Meaning, denominator: Node) -> Iterator[Finding]:
    for each in selectors(denominator):
        rows = meaning.carried.rows(each)
        if rows and all(row.zero for row in rows):
            message = f"{each.name} is 0 where there is {rows[0].zero}: the division gives +Inf there"
            yield Finding(ID, SEVERITY, message, meaning.place(each), f"divide by ({each.name} > 0)")


def _is_kept(node: Node) -> bool:
    """Whether zeros are left out."""
    return any(is_filter(each) or each.name == "clamp_min" for each in node.walk())
