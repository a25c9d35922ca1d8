"""Which labels the result of an expression can have: never guessed, only what is sure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import promql_parser as pq

from obsgen.promql.tree import Node

_KEEPS_INPUT = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))
_WITHOUT_LABELS = frozenset(("scalar", "vector", "time", "pi"))
_SAMPLES = (pq.ValueType.Vector, pq.ValueType.Matrix)


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels that a result may have: those in `only`, or, where that is None, any but those in `gone`."""

    only: frozenset[str] | None = None
    gone: frozenset[str] = frozenset()

    def lacks(self, name: str) -> bool:
        """Whether no series of the result can have the label."""
        return name not in self.only if self.only is not None else name in self.gone

    def minus(self, names: Iterable[str]) -> Labels:
        """Without these labels."""
        dropped = frozenset(names)
        return Labels(gone=self.gone | dropped) if self.only is None else Labels(self.only - dropped)

    def plus(self, names: Iterable[str]) -> Labels:
        """Perhaps with these labels too."""
        added = frozenset(names)
        return Labels(gone=self.gone - added) if self.only is None else Labels(self.only | added)

    def keep(self, names: Iterable[str]) -> Labels:
        """With these labels at most."""
        return Labels(frozenset(name for name in names if not self.lacks(name)))

    def either(self, other: Labels) -> Labels:
        """What one of two results may have."""
        if self.only is not None and other.only is not None:
            return Labels(self.only | other.only)
        one, two = (self, other) if self.only is None else (other, self)
        return Labels(gone=frozenset(name for name in one.gone if two.lacks(name)))


NONE = Labels(frozenset())


def asked_of(node: Node) -> Labels:
    """The labels that the series of a selector can have: any but those that it wants to be absent."""
    matchers = node.raw.matchers.matchers if isinstance(node.raw, pq.VectorSelector) else []
    return Labels(gone=frozenset(m.name for m in matchers if _demands_absence(m)))


OfSeries = Callable[[Node], Labels]
"""The labels that the series of a selector can have."""


def labels_of(node: Node, of_series: OfSeries = asked_of) -> Labels:
    """The labels that series of the node's result can have; `of_series` may know more of what is asked for."""
    if node.kind in ("number", "string"):
        return NONE
    if node.kind == "selector":
        return of_series(node)
    if isinstance(node.raw, pq.Call):
        return _call(node, node.raw, of_series)
    if isinstance(node.raw, pq.AggregateExpr):
        return _aggregate(node, node.raw, of_series)
    if isinstance(node.raw, pq.BinaryExpr):
        return _binary(node, node.raw, of_series)
    return labels_of(node.children[0], of_series)


def is_vector(node: Node) -> bool:
    """Whether a node yields series, not one number."""
    if node.kind in ("paren", "unary"):
        return is_vector(node.children[0])
    if node.kind == "binary":
        return any(map(is_vector, node.children))
    if isinstance(node.raw, pq.Call):
        return node.raw.func.return_type in _SAMPLES
    return node.kind not in ("number", "string")


def input_of(node: Node) -> Node | None:
    """The argument of a call that brings the series, if one does."""
    if not isinstance(node.raw, pq.Call):
        return None
    typed = zip(node.children, node.raw.func.arg_types, strict=False)  # variadic functions declare fewer types
    return next((argument for argument, type_ in typed if type_ in _SAMPLES), None)


def _demands_absence(matcher: pq.Matcher) -> bool:
    return matcher.op == pq.MatchOp.Equal and not matcher.value


def _call(node: Node, raw: pq.Call, of_series: OfSeries) -> Labels:
    series = input_of(node)
    if series is None or node.name in _WITHOUT_LABELS:
        return NONE
    if node.name in ("absent", "absent_over_time"):
        return Labels(_equal_matchers(series))
    if node.name == "info":
        return Labels()
    found = labels_of(series, of_series)
    if node.name in ("label_replace", "label_join"):
        return found.plus(_string(node.children[1]))
    if node.name == "histogram_quantiles":
        return found.minus(("le",)).plus(_string(node.children[1]))
    return found.minus(("le",)) if node.name in ("histogram_quantile", "histogram_fraction") else found


def _equal_matchers(node: Node) -> frozenset[str]:
    """The labels that absent() can give its one series: those with an equality matcher."""
    if node.kind in ("paren", "range"):
        return _equal_matchers(node.children[0])
    if not isinstance(node.raw, pq.VectorSelector):
        return frozenset()
    matchers = node.raw.matchers.matchers
    return frozenset(m.name for m in matchers if m.op == pq.MatchOp.Equal and m.value and m.name != "__name__")


def _aggregate(node: Node, raw: pq.AggregateExpr, of_series: OfSeries) -> Labels:
    found = labels_of(node.children[-1], of_series)
    if node.name in _KEEPS_INPUT:
        return found
    if raw.modifier is None:
        found = NONE
    elif raw.modifier.type == pq.AggModifierType.By:
        found = found.keep(raw.modifier.labels)
    else:
        found = found.minus(raw.modifier.labels)
    return found.plus(_string(node.children[0])) if node.name == "count_values" else found


def _binary(node: Node, raw: pq.BinaryExpr, of_series: OfSeries) -> Labels:
    left, right = (labels_of(child, of_series) for child in node.children)
    if not all(map(is_vector, node.children)):
        return left if is_vector(node.children[0]) else right
    if node.name == "or":
        return left.either(right)
    modifier = raw.modifier
    if node.name in ("and", "unless") or modifier is None:
        return left
    if modifier.fill_values.lhs is not None or modifier.fill_values.rhs is not None:
        return left.either(right)
    if modifier.card == pq.VectorMatchCardinality.ManyToOne:
        return left.plus(modifier.group_labels or ())
    if modifier.card == pq.VectorMatchCardinality.OneToMany:
        return right.plus(modifier.group_labels or ())
    if modifier.matching is None:
        return left
    on = modifier.matching.type == pq.LabelModifierType.Include
    return left.keep(modifier.matching.labels) if on else left.minus(modifier.matching.labels)


def _string(node: Node) -> tuple[str, ...]:
    return (node.raw.val,) if isinstance(node.raw, pq.StringLiteral) else ()
