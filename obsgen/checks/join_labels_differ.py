"""Operations between series of which one has a label that the other never has: nothing matches."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.asked import ignored, joined_on, selectors
from obsgen.checks.meanings import Meaning
from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Severity
from obsgen.knowledge.inventory import Known
from obsgen.promql import Node
from obsgen.promql.labels import is_vector

ID = "join/labels-differ"
LEVEL = 4
SEVERITY = Severity.ERROR

_NEEDS_NO_MATCH = frozenset(("or", "unless"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error where facts say what runs, else a warning; `or` and `unless` may well find no match."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            if node.kind == "binary" and node.name not in _NEEDS_NO_MATCH and all(map(is_vector, node.children)):
                yield from _judged(meaning, node)


def _judged(meaning: Meaning, node: Node) -> Iterator[Finding]:
    if joined_on(node) is not None:
        return
    if apart := _other_targets(meaning, node):
        yield apart
        return
    for one, other in (node.children, node.children[::-1]):
        lacking = meaning.carried.may(other)
        odd = sorted(each for each in meaning.carried.surely(one) if lacking.lacks(each) and each not in ignored(node))
        if odd:
            names = _names(one), _names(other)
            message = f"{names[0]} has the label {odd[-1]}, {names[1]} has not: '{node.name}' finds no pair"
            hint = "sum by (…) the same labels on both sides, or join on (…) those that both have"
            yield Finding(ID, _severity(meaning), message, meaning.place(node), hint)
            return


def _other_targets(meaning: Meaning, node: Node) -> Finding | None:
    """Series of two exporters with the labels of their targets: job and instance always differ."""
    components = [_scraped_from(meaning, each) for each in node.children]
    if not all(components) or components[0] & components[1] or {"job", "instance"} <= set(ignored(node)):
        return None
    names = " and ".join(map(_names, node.children))
    message = f"{names} are of different targets: job and instance differ, and '{node.name}' finds no pair"
    hint = "join on (…) a label that both have, such as namespace and pod, or add up both sides first"
    return Finding(ID, Severity.WARNING, message, meaning.place(node), hint)


def _scraped_from(meaning: Meaning, node: Node) -> frozenset[str]:
    """The components of a side that still has the labels of its target."""
    labels = meaning.carried.may(node)
    components = {_owner(meaning, row) for each in selectors(node) for row in meaning.carried.rows(each)}
    known = all(meaning.carried.rows(each) for each in selectors(node))
    return frozenset(components) if known and not labels.lacks("instance") and labels.only is None else frozenset()


def _owner(meaning: Meaning, row: Known) -> str:
    """Who exposes a series: the component to whose page its name belongs, also where another one asks for it."""
    owners = [exporter.name for exporter in meaning.carried.inventory.owners(row.name)]
    return row.component if row.component in owners or not owners else owners[0]


def _names(node: Node) -> str:
    return next((each.name for each in selectors(node)), "one side")


def _severity(meaning: Meaning) -> Severity:
    known = all(meaning.facts.deployed(row.component) for one in meaning.lookups for row in one.verdict.rows)
    return SEVERITY if known else Severity.WARNING
