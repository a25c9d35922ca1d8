"""Absence and `up` of series that are pushed: there is no target that could be down."""

from __future__ import annotations

from collections.abc import Iterator

import promql_parser as pq

from obsgen.components.catalogue import Exporter
from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import matchers, selectors
from obsgen.repository.queries.meanings import Meaning
from obsgen.repository.queries.naming import title

ID = "signal/pushed"
LEVEL = 4
SEVERITY = Severity.WARNING

_ABSENCE = frozenset(("absent", "absent_over_time"))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning for absence, which is the rule between two pushes; an error for `up`, which never is there."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            if node.name in _ABSENCE:
                yield from _absence(meaning, node)
            elif node.kind == "selector" and node.name == "up":
                yield from _up(meaning, node)


def _absence(meaning: Meaning, node: Node) -> Iterator[Finding]:
    for each in selectors(node):
        exporters = [_exporter(meaning, row.component) for row in meaning.carried.rows(each) if row.component]
        if exporters and all(one.component.page.pushed for one in exporters):
            who = title(meaning.carried.inventory, meaning.carried.rows(each)[0])
            message = f"{who} pushes {each.name} while it runs: its absence is no fault"
            yield Finding(ID, SEVERITY, message, meaning.place(each), "ask the job that runs it whether it has run")


def _up(meaning: Meaning, node: Node) -> Iterator[Finding]:
    for matcher in matchers(node):
        known = meaning.carried.inventory.pushing.get(matcher.value)
        if matcher.name == "job" and matcher.op == pq.MatchOp.Equal and known:
            message = f"{known} pushes its series: it is no target, and has no up"
            yield Finding(ID, Severity.ERROR, message, meaning.place(node), "ask for one of its own series")


def _exporter(meaning: Meaning, component: str) -> Exporter:
    return meaning.carried.inventory.exporter(component)
