"""Operations between series of which one has a label that the other never has: nothing matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import promql_parser as pq

from obsgen.findings import Finding, Severity
from obsgen.knowledge.carried import TARGET
from obsgen.knowledge.inventory import Known
from obsgen.promql import Node
from obsgen.promql.labels import is_vector, labels_of
from obsgen.repository import Repository
from obsgen.repository.queries.asked import bare, grouped_by, ignored, joined_on, selectors
from obsgen.repository.queries.meanings import Meaning

ID = "join/labels-differ"
LEVEL = 4
SEVERITY = Severity.ERROR

_KEEPING = frozenset(("topk", "bottomk", "limitk", "limit_ratio", "count_values"))
_PERHAPS = frozenset(("cluster", "prometheus", "prometheus_replica", "replica"))
"""Labels of targets that a Prometheus adds to what it hands on alone."""
_NEEDS_NO_MATCH = frozenset(("or", "unless"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error where facts say what runs, else a warning; `or` and `unless` may well find no match."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            if node.kind == "binary" and node.name not in _NEEDS_NO_MATCH and all(map(is_vector, node.children)):
                yield from _judged(meaning, node)


def _judged(meaning: Meaning, node: Node) -> Iterator[Finding]:
    if joined_on(node) is not None:
        yield from _dropped(meaning, node)
        return
    if apart := _other_targets(meaning, node) or _by_other_labels(meaning, node):
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


def _dropped(meaning: Meaning, node: Node) -> Iterator[Finding]:
    """A label of `on (…)` that one side alone has dropped: there it is empty."""
    sides = [labels_of(each) for each in node.children]
    for label in joined_on(node) or ():
        lacking = [each.lacks(label) for each in sides]
        if lacking[0] != lacking[1] and _carries(meaning, node.children[lacking[0]], label):
            side = "left" if lacking[0] else "right"
            message = f"the {side} side has dropped the label {label}, on which '{node.name}' joins: it finds no pair"
            severity = _by_page(meaning, node.children[lacking[0]], {label})
            yield Finding(ID, severity, message, meaning.place(node), f"keep {label} in the by (…) of that side")
            return


def _carries(meaning: Meaning, side: Node, label: str) -> bool:
    """Whether a side is likely to have a label: it names it, or it is one of its page or of every target."""
    named = any(label in grouped_by(each) for each in side.walk())
    return label not in _PERHAPS and (named or label in TARGET or label in meaning.carried.surely(side))


def _by_page(meaning: Meaning, side: Node, labels: Iterable[str]) -> Severity:
    """An error where a page says that its series have one of the labels; else they may all be without it."""
    pages = [meaning.carried.surely(each) for each in selectors(side)]
    return SEVERITY if any(label in page for page in pages for label in labels) else Severity.WARNING


def _lists(node: Node) -> frozenset[str] | None:
    """The labels that a side adds up by, where nothing else says which it has."""
    side = bare(node)
    is_sum = isinstance(side.raw, pq.AggregateExpr) and side.name not in _KEEPING
    modifier = side.raw.modifier if is_sum and isinstance(side.raw, pq.AggregateExpr) else None
    if not is_sum or (modifier and modifier.type != pq.AggModifierType.By):
        return None
    return frozenset(modifier.labels) if modifier else frozenset()


def _by_other_labels(meaning: Meaning, node: Node) -> Finding | None:
    """Sums by different labels, without a word on which of them are to be the same."""
    left, right = map(_lists, node.children)
    if left is None or right is None or left - set(ignored(node)) == right - set(ignored(node)):
        return None
    lists = " and ".join(f"by ({', '.join(sorted(each))})" if each else "without labels" for each in (left, right))
    message = f"the sides are put together {lists}: '{node.name}' finds no pair"
    hint = "name the same labels on both sides, or join on (…) some with group_left"
    odd = left ^ right
    severity = max((_by_page(meaning, each, odd) for each in node.children), key=lambda one: one == SEVERITY)
    return Finding(ID, severity, message, meaning.place(node), hint) if odd - _PERHAPS else None


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
