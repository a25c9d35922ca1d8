"""The metric part of LogQL: aggregations over ranges and vectors, operators, literals."""

from __future__ import annotations

import math
from typing import Literal

from obsgen.logql.cursor import Cursor
from obsgen.logql.errors import LogqlError
from obsgen.logql.filters import signed_number
from obsgen.logql.pipeline import log_query
from obsgen.logql.ranges import log_range
from obsgen.logql.tokens import AGGREGATIONS, RANGE_FUNCTIONS, Token
from obsgen.logql.tree import (
    Binary,
    Expression,
    Grouping,
    LabelReplace,
    LogQuery,
    Matching,
    Metric,
    Number,
    RangeAggregation,
    VectorAggregation,
)

_SET = ("and", "or", "unless")
_BINDS = {"or": 1, "and": 2, "unless": 2} | dict.fromkeys(("==", "!=", ">", ">=", "<", "<="), 3)
_BINDS |= dict.fromkeys("+-", 4) | dict.fromkeys("*/%", 5) | {"^": 6}
_WITH_K = ("topk", "bottomk", "approx_topk")

_GROUPED = frozenset(
    f"{one}_over_time" for one in ("avg", "stddev", "stdvar", "quantile", "max", "min", "first", "last")
)
_UNWRAPPED = _GROUPED | {"sum_over_time", "rate", "rate_counter", "absent_over_time"}
_PLAIN = frozenset(("bytes_over_time", "bytes_rate", "count_over_time", "rate", "absent_over_time"))


def expression(cursor: Cursor, least: int = 1) -> Expression:
    """An expression whose operators bind at least as tightly as asked."""
    cursor.deeper()
    left = _operand(cursor)
    while cursor.token.kind in ("sign", "word") and _BINDS.get(cursor.token.text, 0) >= least:
        left = _binary(cursor, left)
    cursor.depth -= 1
    return left


def metric(cursor: Cursor) -> Metric:
    """An expression that gives numbers."""
    return _as_metric(expression(cursor))


def _as_metric(found: Expression) -> Metric:
    if isinstance(found, LogQuery):
        hint = "put it into a range aggregation, such as rate({…}[5m])"
        raise LogqlError("lines where numbers are expected", found.start, found.end - found.start, hint)
    return found


def _binary(cursor: Cursor, left: Expression) -> Binary:
    cursor.join()
    sign = cursor.take()
    returns_bool = cursor.accept("bool") is not None
    matching = _matching(cursor)
    binds = _BINDS[sign.text]
    right = expression(cursor, binds if sign.text == "^" else binds + 1)
    sides = _as_metric(left), _as_metric(right)
    for side in sides:
        if sign.text in _SET and _is_literal(side):
            message = f"a number beside '{sign.text}', which joins vectors"
            raise LogqlError(message, side.start, side.end - side.start, "vector(…) makes one of a number")
    return Binary(
        operator=sign.text,
        left=sides[0],
        right=sides[1],
        returns_bool=returns_bool,
        matching=matching,
        start=left.start,
        end=right.end,
    )


def _is_literal(node: Metric) -> bool:
    """Whether Loki works it out to a number while it reads."""
    if isinstance(node, Binary):
        return _is_literal(node.left) and _is_literal(node.right)
    return isinstance(node, Number) and not node.is_vector


def _matching(cursor: Cursor) -> Matching | None:
    word = cursor.accept("on", "ignoring")
    if word is None:
        return None
    labels = cursor.names()
    group: Literal["", "left", "right"] = ""
    include: tuple[str, ...] = ()
    side = cursor.accept("group_left", "group_right")
    if side:
        group = "left" if side.text == "group_left" else "right"
        include = cursor.names() if cursor.token.is_("(") else ()
    return Matching(on=word.text == "on", labels=labels, group=group, include=include, start=word.start, end=cursor.end)


def _operand(cursor: Cursor) -> Expression:
    token = cursor.token
    if token.is_("{"):
        return log_query(cursor)
    if token.is_("("):
        cursor.take()
        found = expression(cursor)
        cursor.expect(")")
        return found
    if token.kind == "number" or token.is_("+", "-"):
        return _literal(cursor)
    if token.kind == "function" and token.text in RANGE_FUNCTIONS:
        return _range_aggregation(cursor)
    if token.kind == "function" and token.text in AGGREGATIONS:
        return _vector_aggregation(cursor)
    if token.kind == "function" and token.text == "label_replace":
        return _label_replace(cursor)
    if token.kind == "function" and token.text == "vector":
        return _vector(cursor)
    cursor.fail("a selector, a function or a number")
    raise AssertionError


def _literal(cursor: Cursor) -> Number:
    start = cursor.token.start
    value = signed_number(cursor)
    return Number(value=_finite(value, start, cursor.end), start=start, end=cursor.end)


def _finite(value: float, start: int, end: int) -> float:
    if math.isinf(value):
        raise LogqlError("a number that is too large", start, end - start)
    return value


def _vector(cursor: Cursor) -> Number:
    start = cursor.take().start
    cursor.expect("(")
    token = cursor.take() if cursor.token.kind == "number" else cursor.fail("a number")
    cursor.expect(")")
    value = _finite(float(token.value), token.start, token.end)
    return Number(value=value, is_vector=True, start=start, end=cursor.end)


def _label_replace(cursor: Cursor) -> LabelReplace:
    start = cursor.take().start
    cursor.expect("(")
    inner = metric(cursor)
    texts = []
    for _ in range(4):
        cursor.expect(",")
        texts.append(cursor.string())
    cursor.expect(")")
    cursor.check_regex(texts[3])
    target, replacement, source = (text.value for text in texts[:3])
    return LabelReplace(
        inner=inner,
        target=target,
        replacement=replacement,
        source=source,
        regex=texts[3],
        start=start,
        end=cursor.end,
    )


def _range_aggregation(cursor: Cursor) -> RangeAggregation:
    name = cursor.take()
    cursor.expect("(")
    parameter = _parameter(cursor)
    range_ = log_range(cursor)
    cursor.expect(")")
    grouping = _grouping(cursor)
    value = float(parameter.value) if parameter else None
    found = RangeAggregation(
        operation=name.text, range=range_, parameter=value, grouping=grouping, start=name.start, end=cursor.end
    )
    fault = _range_fault(found)
    if fault:
        raise LogqlError(f"{name.text} {fault}", name.start, name.end - name.start)
    return found


def _range_fault(node: RangeAggregation) -> str:
    operation = node.operation
    if (node.parameter is None) == (operation == "quantile_over_time"):
        return "needs a number first, such as 0.95" if node.parameter is None else "takes no number"
    if node.parameter is not None and math.isinf(node.parameter):
        return "has a number that is too large"
    if node.grouping and operation not in _GROUPED:
        return "cannot group; put sum by (…) around it"
    if node.range.unwrap:
        return "" if operation in _UNWRAPPED else "counts lines, it takes no unwrap"
    return "" if operation in _PLAIN else "needs `| unwrap label` behind the stages"


def _vector_aggregation(cursor: Cursor) -> VectorAggregation:
    name = cursor.take()
    grouping = _grouping(cursor)
    cursor.expect("(")
    parameter = _parameter(cursor)
    inner = metric(cursor)
    cursor.expect(")")
    grouping = grouping or _grouping(cursor)
    k = _k(name, parameter)
    forbidden = {
        "approx_topk": grouping,
        "sort": grouping and grouping.labels,
        "sort_desc": grouping and grouping.labels,
    }
    if forbidden.get(name.text):
        raise LogqlError(f"{name.text} cannot group", name.start, name.end - name.start)
    return VectorAggregation(
        operation=name.text, inner=inner, parameter=k, grouping=grouping, start=name.start, end=cursor.end
    )


def _k(name: Token, parameter: Token | None) -> int | None:
    if name.text not in _WITH_K:
        if parameter:
            raise LogqlError(f"{name.text} takes no number", parameter.start, parameter.end - parameter.start)
        return None
    if parameter is None:
        raise LogqlError(f"{name.text} needs a number first, such as 5", name.start, name.end - name.start)
    if not parameter.text.isdigit() or not 0 < int(parameter.text) < 2**63:
        message = f"{name.text} needs a whole number above zero"
        raise LogqlError(message, parameter.start, parameter.end - parameter.start)
    return int(parameter.text)


def _parameter(cursor: Cursor) -> Token | None:
    """`0.95,`, if that stands here."""
    if cursor.token.kind != "number" or not cursor.behind.is_(","):
        return None
    token = cursor.take()
    cursor.take()
    return token


def _grouping(cursor: Cursor) -> Grouping | None:
    word = cursor.accept("by", "without")
    if word is None:
        return None
    labels = cursor.names()
    return Grouping(without=word.text == "without", labels=labels, start=word.start, end=cursor.end)
