"""The syntax tree of a PromQL expression, each node with the place of its head in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import promql_parser as pq

from obsgen.promql.tokens import Token, without_asides

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
_WITH_HEAD = frozenset(("selector", "call", "aggregate", "binary", "number", "string"))


@dataclass(frozen=True)
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
        return iter(self._all)

    @cached_property
    def _all(self) -> tuple[Node, ...]:
        found, todo = list[Node](), [self]
        while todo:
            found.append(todo.pop())
            todo += reversed(found[-1].children)
        return tuple(found)


def metric_name(selector: pq.VectorSelector) -> str:
    """The metric a selector names, by its name or by `__name__=`; empty if it names none."""
    if selector.name:
        return selector.name
    equal = (m.value for m in selector.matchers.matchers if m.name == "__name__" and m.op == pq.MatchOp.Equal)
    return next(equal, "")


def build(expr: pq.Expr, found: list[Token], length: int) -> Node:
    """The tree of a parsed expression, with places from the tokens of its text of `length` characters."""
    return _Builder(without_asides(found), length).node(expr)


class _Builder:
    """Finds the heads of nodes among the tokens, both in source order."""

    def __init__(self, found: list[Token], length: int) -> None:
        self._found = [*found, Token("end", "", length)]
        self._at = 0
        self._length = length

    def node(self, expr: pq.Expr) -> Node:
        """The node of `expr` and, below it, those of its children."""
        kind, written = _KINDS[type(expr)], _written_name(expr)
        first = [self.node(expr.lhs)] if isinstance(expr, pq.BinaryExpr) else []
        text, start, length = self._head(kind, written) if kind in _WITH_HEAD else ("", 0, self._length)
        children = (*first, *(self.node(child) for child in _children(expr)))
        name = metric_name(expr) if isinstance(expr, pq.VectorSelector) else written or text
        return Node(kind, name, children, start, length, expr)

    def _head(self, kind: str, name: str) -> tuple[str, int, int]:
        """The text of the next token that begins such a node, and its place; the whole text if there is none."""
        while self._at < len(self._found) - 1:
            token, following = self._found[self._at : self._at + 2]
            self._at += 1
            if _begins(kind, name, token, following):
                has_matchers = kind == "selector" and token.kind == "word" and following.kind == "braces"
                self._at += has_matchers
                return token.text, token.start, (following if has_matchers else token).end - token.start
        return "", 0, self._length


def _begins(kind: str, name: str, token: Token, following: Token) -> bool:
    """Whether a token is the head of a node, given its name as it is written."""
    word = token.text.lower()
    if kind == "selector":
        return name in token.text if token.kind == "braces" else token.text == name and following.text != "("
    if kind == "number":
        return token.kind == "number" or word in ("inf", "nan")
    if kind == "string":
        return token.kind == "string"
    return word == name.lower() and (kind == "binary" or following.text == "(")


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
