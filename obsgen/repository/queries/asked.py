"""What expressions ask of labels: matchers, the labels that they group and join by, and where each is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

import promql_parser as pq

from obsgen.findings import Place
from obsgen.promql import Node
from obsgen.repository.queries.meanings import Meaning


def matchers(node: Node) -> list[pq.Matcher]:
    """The matchers of a selector; of anything else none."""
    return list(node.raw.matchers.matchers) if isinstance(node.raw, pq.VectorSelector) else []


def wanted(node: Node) -> list[str]:
    """The labels without which a selector finds nothing."""
    return [each.name for each in matchers(node) if _demands(each) and each.name != "__name__"]


def grouped_by(node: Node) -> list[str]:
    """The labels that an aggregation keeps; none where it names those that it drops."""
    modifier = node.raw.modifier if isinstance(node.raw, pq.AggregateExpr) else None
    return list(modifier.labels) if modifier and modifier.type == pq.AggModifierType.By else []


def joined_on(node: Node) -> list[str] | None:
    """The labels of `on (…)`; None where a binary operation has none."""
    matching = _matching(node)
    return list(matching.labels) if matching and matching.type == pq.LabelModifierType.Include else None


def ignored(node: Node) -> list[str]:
    """The labels of `ignoring (…)`."""
    matching = _matching(node)
    return list(matching.labels) if matching and matching.type != pq.LabelModifierType.Include else []


def is_one_to_one(node: Node) -> bool:
    """Whether a binary operation joins each series with one other."""
    modifier = node.raw.modifier if isinstance(node.raw, pq.BinaryExpr) else None
    return modifier is None or modifier.card == pq.VectorMatchCardinality.OneToOne


def place_of_matcher(meaning: Meaning, node: Node, label: str) -> Place:
    """Where a selector names a label."""
    found = re.search(rf"\b{re.escape(label)}\s*[=!]", meaning.text(node))
    return meaning.expression.place(node.start + (found.start() if found else 0), len(label))


def selectors(node: Node) -> Iterator[Node]:
    """The selectors of a node."""
    return (each for each in node.walk() if each.kind == "selector")


def _matching(node: Node) -> pq.LabelModifier | None:
    modifier = node.raw.modifier if isinstance(node.raw, pq.BinaryExpr) else None
    return modifier.matching if modifier else None


def _demands(matcher: pq.Matcher) -> bool:
    """Whether a matcher takes no series without its label."""
    if matcher.op == pq.MatchOp.Equal:
        return bool(matcher.value)
    if matcher.op == pq.MatchOp.NotEqual:
        return not matcher.value
    if matcher.op != pq.MatchOp.Re:
        return False
    try:
        return re.fullmatch(matcher.value, "") is None
    except re.error:
        return False


def with_parents(root: Node) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with those above it, the root first."""
    todo: list[tuple[Node, tuple[Node, ...]]] = [(root, ())]
    while todo:
        node, above = todo.pop()
        yield node, above
        todo += [(child, (*above, node)) for child in reversed(node.children)]


def bare(node: Node) -> Node:
    """A node without the parentheses around it."""
    while node.kind == "paren":
        node = node.children[0]
    return node


def looks_back(root: Node) -> bool:
    """Whether an expression compares what is with what was."""
    found = (node.raw for node in root.walk())
    return any(isinstance(raw, pq.VectorSelector) and raw.offset is not None for raw in found)
