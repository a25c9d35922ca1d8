"""Alerts on absent targets of servers that may have no replica: they fire whenever nobody asks anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.facts import Running
from obsgen.findings import Finding, Severity
from obsgen.knowledge.exposure import holds
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import matchers, selectors
from obsgen.repository.queries.meanings import Meaning

ID = "empty/scale-to-zero"
LEVEL = 4
SEVERITY = Severity.WARNING

_ABSENCE = frozenset(("absent", "absent_over_time"))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning where facts say of the server that it may rest; it is found by its name in the matchers."""
    for meaning in repository.meanings:
        if meaning.expression.kind == "alert":
            for node in meaning.root.walk():
                if node.name in _ABSENCE:
                    yield from _judged(meaning, node)


def _judged(meaning: Meaning, node: Node) -> Iterator[Finding]:
    resting = [each for each in meaning.facts.servers if each.name and _rests(meaning, each)]
    for each in selectors(node):
        asked = [part for one in matchers(each) for part in re.split(r"[^-\w]+", one.value)]
        server = next((one for one in resting if one.name in asked), None)
        if server and each.name == "up":
            message = f"{server.name} may have no replica: its target is gone then, and nothing is wrong"
            hint = "compare the replicas that are wanted with those that are available"
            yield Finding(ID, SEVERITY, message, meaning.place(each), hint)


def _rests(meaning: Meaning, server: Running) -> bool:
    inventory = meaning.carried.inventory
    if server.component not in inventory.components:
        return False
    exporter = inventory.exporter(server.component)
    condition = exporter.component.rests
    return condition is not None and holds(exporter, condition, "", server, unsure=False)
