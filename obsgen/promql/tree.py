"""The syntax tree of a PromQL expression, each node with the place of its head in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import promql_parser as pq

from obsgen.promql.tokens import Head, Token, heads

_KINDS = {
    pq.VectorSelector: "selector",
    pq.MatrixSelector: "range",
    pq.Call: "call",
    pq.AggregateExpr: "aggregate",
    pq.BinaryExpr: "binary",
    pq.UnaryExpr: "unary",
    pq.SubqueryExpr: "subquery",
    pq.NumberLiteral: "number",
    pq.StringLiteral: "string",
    pq.ParenExpr: "paren",
}
_HEADS = {"binary": "operator"} | {kind: kind for kind in ("selector", "call", "aggregate", "number", "string")}


@dataclass(frozen=True, slots=True)
class Node:
    """One node: kind (`selector`, `range`, `call`, `aggregate`, `binary`, …), name, children in source order.

    `name` is the metric, function, aggregator or operator; `start` and `length` cover the head in the text (a
    selector's matchers included), the whole text where it could not be found. `raw` is promql_parser's node.
    """

    kind: str
    name: str
    children: tuple[Node, ...]
    start: int
    length: int
    raw: pq.Expr

    def walk(self) -> Iterator[Node]:
        """This node and all below it, each before its children."""
        yield self
        for child in self.children:
            yield from child.walk()


def metric_name(selector: pq.VectorSelector) -> str:
    """The metric a selector names, by its name or by `__name__=`; empty if it names none."""
    if selector.name:
        return selector.name
    equal = (m.value for m in selector.matchers.matchers if m.name == "__name__" and m.op == pq.MatchOp.Equal)
    return next(equal, "")


def build(expr: pq.Expr, found: list[Token], length: int) -> Node:
    """The tree of a parsed expression, with places from the tokens of its text of `length` characters."""
    return _Builder(heads(found), length).node(expr)


class _Builder:
    """Pairs nodes with heads in source order; once they part, nodes get the whole text as their place."""

    def __init__(self, found: Iterator[Head], length: int) -> None:
        self._heads = found
        self._whole = Head("", "", 0, length)
        self._lost = False

    def node(self, expr: pq.Expr) -> Node:
        """The node of `expr` and, below it, those of its children."""
        kind = _KINDS[type(expr)]
        first = [self.node(expr.lhs)] if isinstance(expr, pq.BinaryExpr) else []
        head = self._take(kind, _written_name(expr))
        children = (*first, *(self.node(child) for child in _children(expr)))
        name = metric_name(expr) if isinstance(expr, pq.VectorSelector) else _written_name(expr) or head.name
        return Node(kind, name, children, head.start, head.length, expr)

    def _take(self, kind: str, name: str) -> Head:
        if kind not in _HEADS or self._lost:
            return self._whole
        head = next(self._heads, self._whole)
        same_name = kind in ("number", "string") or head.name == name
        self._lost = head.kind != _HEADS[kind] or not same_name
        return self._whole if self._lost else head


def _written_name(expr: pq.Expr) -> str:
    if isinstance(expr, pq.Call):
        return expr.func.name
    if isinstance(expr, (pq.AggregateExpr, pq.BinaryExpr)):
        return str(expr.op)
    return (expr.name or "") if isinstance(expr, pq.VectorSelector) else ""


def _children(expr: pq.Expr) -> list[pq.Expr]:
    """What stands behind the node's head."""
    if isinstance(expr, pq.BinaryExpr):
        return [expr.rhs]
    if isinstance(expr, pq.Call):
        return list(expr.args)
    if isinstance(expr, pq.AggregateExpr):
        return [expr.expr] if expr.param is None else [expr.param, expr.expr]
    if isinstance(expr, pq.MatrixSelector):
        return [expr.vector_selector]
    if isinstance(expr, (pq.UnaryExpr, pq.ParenExpr, pq.SubqueryExpr)):
        return [expr.expr]
    return []
