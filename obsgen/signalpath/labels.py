"""Which values a label of an expression's result can have, as far as the expression itself says it."""

from __future__ import annotations

from functools import partial

import promql_parser as pq

from obsgen.promql.labels import input_of, is_vector, labels_of
from obsgen.promql.parse import parse
from obsgen.promql.tree import Node

Values = frozenset[str] | None
"""The values that are possible, an empty text where the label may be absent; None if nothing tells."""

_ABSENT = frozenset(("",))


def label_values(expr: str, label: str) -> Values:
    """The values of a label over all series of an expression's result; PromqlError if it cannot be parsed."""
    return values_of(parse(expr).root, label)


def values_of(node: Node, label: str) -> Values:
    """The values of a label over all series of a node's result."""
    if labels_of(node).lacks(label):
        return _ABSENT
    if isinstance(node.raw, pq.VectorSelector):
        return _matched(node.raw, label)
    if isinstance(node.raw, pq.BinaryExpr):
        return _binary(node, node.raw, label)
    if isinstance(node.raw, pq.Call):
        return _call(node, label)
    return values_of(node.children[-1 if node.kind == "aggregate" else 0], label)


def _matched(selector: pq.VectorSelector, label: str) -> Values:
    """The value of an equality matcher; series with that value all have the label."""
    equal = {m.value for m in selector.matchers.matchers if m.name == label and m.op == pq.MatchOp.Equal}
    return frozenset(equal) or None


def _binary(node: Node, raw: pq.BinaryExpr, label: str) -> Values:
    of = partial(values_of, label=label)
    vectors = [child for child in node.children if is_vector(child)]
    if node.name == "or":
        left, right = map(of, node.children)
        return left | right if left is not None and right is not None else None
    one_to_many = raw.modifier is not None and raw.modifier.card == pq.VectorMatchCardinality.OneToMany
    return of(vectors[-1 if one_to_many else 0]) if vectors else _ABSENT


def _call(node: Node, label: str) -> Values:
    """What a call passes on, or sets: `label_replace` with a constant, `absent` with its matchers."""
    written = [child.raw.val for child in node.children if isinstance(child.raw, pq.StringLiteral)]
    if node.name == "label_replace" and written[:1] == [label]:
        always = written[2:] == ["", ""] and "$" not in written[1]
        return frozenset(written[1:2]) if always else None
    series = input_of(node)
    return values_of(series, label) if series is not None else _ABSENT
