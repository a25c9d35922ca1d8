"""The parts of nodes of PromQL as texts that are equal where they mean the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from operator import add, mul, sub, truediv
from typing import Any

import promql_parser as pq

from obsgen.promql import Node

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {"+": add, "-": sub, "*": mul, "/": truediv}
_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


def bare(node: Node) -> Node:
    """The node without the parentheses around it."""
    while node.kind == "paren":
        node = node.children[0]
    return node


def constant(node: Node) -> float | None:
    """The value of a node that has no series below it, as `24 * 3600`; None for all else."""
    if isinstance(node.raw, pq.NumberLiteral):
        return node.raw.val
    values = [constant(each) for each in node.children if node.kind in ("paren", "unary", "binary")]
    known = [each for each in values if each is not None]
    if not known or len(known) < len(values):
        return None
    if node.kind == "binary":
        return _worked_out(node.name, *known)
    return -known[0] if node.kind == "unary" else known[0]


def _worked_out(operator: str, left: float, right: float) -> float | None:
    try:
        return _ARITHMETIC[operator](left, right)
    except (KeyError, ArithmeticError):
        return None


def grouping(raw: Any) -> str:
    """What an aggregation keeps, or an operator joins by: empty where nothing says so, `by ()` included."""
    if isinstance(raw, pq.AggregateExpr):
        word = "by" if raw.modifier is None or raw.modifier.type == pq.AggModifierType.By else "without"
        labels = raw.modifier.labels if raw.modifier else ()
        return _listed(word, labels) if labels or word == "without" else ""
    if not isinstance(raw, pq.BinaryExpr) or raw.modifier is None:
        return ""
    modifier = raw.modifier
    on = modifier.matching is not None and modifier.matching.type == pq.LabelModifierType.Include
    labels = modifier.matching.labels if modifier.matching else ()
    joins = [_listed("on" if on else "ignoring", labels)] if labels or on else []
    return " ".join([*joins, *_sided(modifier), *_filled(modifier)])


def _sided(modifier: pq.BinModifier) -> list[str]:
    many = pq.VectorMatchCardinality
    sides = ((many.ManyToOne, "group_left"), (many.OneToMany, "group_right"))
    return [_listed(word, modifier.group_labels or ()) for card, word in sides if modifier.card == card]


def _filled(modifier: pq.BinModifier) -> list[str]:
    values = modifier.fill_values
    sides = (("left", values.lhs), ("right", values.rhs))
    return [f"fill_{side} {number(value)}" for side, value in sides if value is not None]


def _listed(word: str, labels: Iterable[str]) -> str:
    return f"{word} ({', '.join(sorted(set(labels)))})"


def matching(selector: pq.VectorSelector) -> list[str]:
    """The matchers besides the name's, sorted; alternatives joined by `or` are one."""
    plain = [_matcher(each) for each in selector.matchers.matchers if not _is_name(each)]
    groups = [" and ".join(sorted(map(_matcher, group))) for group in selector.matchers.or_matchers]
    return sorted({*plain, *([" or ".join(sorted(groups))] if groups else [])})


def _is_name(matcher: pq.Matcher) -> bool:
    return matcher.name == "__name__" and matcher.op == pq.MatchOp.Equal


def _matcher(matcher: pq.Matcher) -> str:
    return f'{matcher.name}{_OPERATORS[str(matcher.op).rpartition(".")[2]]}"{matcher.value}"'


def moved(selector: pq.VectorSelector) -> str:
    """How far back a selector looks, and the time that it is pinned to."""
    return " ".join([*([f"offset {duration(selector.offset)}"] if selector.offset else []), *_pinned(selector.at)])


def _pinned(at: object) -> list[str]:
    return [str(at)] if at is not None else []


def subquery(raw: pq.SubqueryExpr) -> str:
    """The window and step of a subquery, and how far back it looks."""
    back = [f"offset {duration(raw.offset)}"] if raw.offset else []
    return " ".join([f"[{duration(raw.range)}:{duration(raw.step) if raw.step else ''}]", *back, *_pinned(raw.at)])


def duration(length: timedelta | None) -> str:
    """A span as PromQL writes it: `5m`, `1h30m`."""
    left, text = round(length.total_seconds() * 1000) if length else 0, ""
    sign, left = ("-" if left < 0 else ""), abs(left)
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return f"{sign}{text}" or "0s"


def number(value: float) -> str:
    """A number in as many digits as people write."""
    return f"{value:.12g}"


def one_line(node: Node) -> str:
    """The expression of a node, however it was laid out."""
    return " ".join(node.raw.prettify().split())
