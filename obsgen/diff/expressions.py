"""How two PromQL expressions differ, by syntax tree: spaces, parentheses and the order of matchers mean nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import promql_parser as pq

from obsgen.promql import Node
from obsgen.promql.values import COMPARISONS


class Part(Enum):
    """Which part of an expression differs."""

    LIMIT = "limit"
    """A number that something is compared with."""
    NUMBER = "number"
    SERIES = "series"
    MATCHER = "matcher"
    WINDOW = "window"
    GROUPING = "grouping"
    """The labels of an aggregation, or those that a join is on."""
    OPERATION = "operation"
    SHAPE = "shape"
    """Anything that leaves no part to compare."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that differs: as it was and as it is. `looser` says whether fewer series pass; None if nobody knows."""

    part: Part
    old: str
    new: str
    looser: bool | None = None
    node: Node | None = None
    """Of a limit: the comparison, in the new expression."""


def differences(old: Node, new: Node) -> list[Difference]:
    """All parts in which two expressions differ, in the order of the new one's text; none if they mean the same."""
    return list(dict.fromkeys(_differences(_plain(old), _plain(new), _Above())))


@dataclass(frozen=True, slots=True)
class _Above:
    """What stands above a node: the comparison that it is a side of, and whether passing there means silence."""

    comparison: Node | None = None
    is_left: bool = False
    inverted: bool = False


def _plain(node: Node) -> Node:
    """The node without the parentheses around it."""
    while node.kind == "paren":
        node = node.children[0]
    return node


def _differences(old: Node, new: Node, above: _Above) -> Iterator[Difference]:
    if old.kind != new.kind or len(old.children) != len(new.children):
        yield Difference(Part.SHAPE, _text(old), _text(new))
        return
    yield from _own(old, new, above)
    for index, (before, after) in enumerate(zip(old.children, new.children, strict=True)):
        yield from _differences(_plain(before), _plain(after), _below(new, index, above))


def _below(node: Node, index: int, above: _Above) -> _Above:
    inverted = above.inverted
    if node.kind == "binary" and node.name in COMPARISONS:
        return _Above(node, index == 0, inverted)
    if node.kind == "binary" and node.name == "unless" and index == 1:
        inverted = not inverted
    if node.kind == "unary":  # a minus: the higher its number, the lower the limit
        return _Above(above.comparison, above.is_left, not inverted)
    return _Above(None, above.is_left, inverted)


def _own(old: Node, new: Node, above: _Above) -> Iterator[Difference]:
    """The differences of two nodes of one kind, their children left out."""
    match old.raw, new.raw:
        case pq.NumberLiteral() as before, pq.NumberLiteral() as after:
            yield from _numbers(before.val, after.val, above)
        case pq.StringLiteral() as before, pq.StringLiteral() as after:
            yield from _told(Part.OPERATION, repr(before.val), repr(after.val))
        case pq.VectorSelector() as before, pq.VectorSelector() as after:
            yield from _told(Part.SERIES, old.name, new.name)
            yield from _matchers(_matching(before), _matching(after))
            yield from _told(Part.WINDOW, _moved(before), _moved(after))
        case pq.MatrixSelector() as before, pq.MatrixSelector() as after:
            yield from _told(Part.WINDOW, duration(before.range), duration(after.range))
        case pq.SubqueryExpr() as before, pq.SubqueryExpr() as after:
            yield from _told(Part.WINDOW, _subquery(before), _subquery(after))
        case (pq.AggregateExpr() | pq.BinaryExpr()) as before, (pq.AggregateExpr() | pq.BinaryExpr()) as after:
            yield from _told(Part.OPERATION, old.name, new.name)
            yield from _told(Part.GROUPING, str(before.modifier or ""), str(after.modifier or ""))
        case _:
            yield from _told(Part.OPERATION, old.name, new.name)


def _told(part: Part, old: str, new: str) -> Iterator[Difference]:
    if old != new:
        yield Difference(part, old, new)


def _numbers(old: float, new: float, above: _Above) -> Iterator[Difference]:
    if old == new or (old != old and new != new):  # NaN is not even itself
        return
    if above.comparison is None:
        yield Difference(Part.NUMBER, _number(old), _number(new))
        return
    rises = {">": new > old, ">=": new > old, "<": new < old, "<=": new < old}.get(above.comparison.name)
    looser = None if rises is None else rises ^ above.is_left ^ above.inverted
    yield Difference(Part.LIMIT, _number(old), _number(new), looser, above.comparison)


def _matchers(old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    gone, come = (", ".join(each for each in one if each not in other) for one, other in ((old, new), (new, old)))
    if gone or come:
        looser = None if gone and come else bool(come)
        yield Difference(Part.MATCHER, gone, come, looser)


def _matching(selector: pq.VectorSelector) -> list[str]:
    """The matchers besides the name's, sorted; alternatives joined by `or` are one."""
    plain = [_matcher(each) for each in selector.matchers.matchers if each.name != "__name__" or selector.name]
    groups = [" and ".join(sorted(map(_matcher, group))) for group in getattr(selector.matchers, "or_matchers", ())]
    return sorted({*plain, *([" or ".join(sorted(groups))] if groups else [])})


_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


def _matcher(matcher: Any) -> str:
    return f'{matcher.name}{_OPERATORS[str(matcher.op).rpartition(".")[2]]}"{matcher.value}"'


def _moved(selector: pq.VectorSelector) -> str:
    return " ".join([*([f"offset {duration(selector.offset)}"] if selector.offset else []), *_pinned(selector.at)])


def _pinned(at: object) -> list[str]:
    return [f"@ {at}"] if at is not None else []


def _subquery(node: pq.SubqueryExpr) -> str:
    moved = [f"offset {duration(node.offset)}"] if node.offset else []
    return " ".join([f"[{duration(node.range)}:{duration(node.step) if node.step else ''}]", *moved, *_pinned(node.at)])


def duration(span: timedelta | None) -> str:
    """A span as PromQL writes it: `5m`, `1h30m`."""
    left, text = round(span.total_seconds() * 1000) if span else 0, ""
    sign, left = ("-" if left < 0 else ""), abs(left)
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return f"{sign}{text}" or "0s"


def _number(value: float) -> str:
    return f"{value:.12g}"


def _text(node: Node) -> str:
    return " ".join(node.raw.prettify().split())
