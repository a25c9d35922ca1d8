"""Ranges: a log query, its window, and what may stand before and behind the window."""

from __future__ import annotations

from dataclasses import replace

from obsgen.logql.cursor import Cursor
from obsgen.logql.pipeline import selector, stages_of, unwrap
from obsgen.logql.tree import LogQuery, LogRange, Unwrap


def log_range(cursor: Cursor) -> LogRange:
    """`{…} | stages [5m] offset 1h`, the stages before the window or behind it, parentheses where Loki has them."""
    start = cursor.token.start
    if not cursor.token.is_("("):
        return _with_window(cursor, *_query(cursor))
    cursor.deeper()
    cursor.take()
    inner: LogRange | None = None
    if cursor.token.is_("("):
        inner = log_range(cursor)
    else:
        query, unwrapped = _query(cursor)
        if cursor.token.kind == "range":
            inner = _with_window(cursor, query, unwrapped)
    cursor.expect(")")
    cursor.depth -= 1
    if inner is not None:
        return replace(inner, start=start, end=cursor.end)
    return replace(_with_window(cursor, query, unwrapped, closed=True), start=start, end=cursor.end)


def _query(cursor: Cursor) -> tuple[LogQuery, Unwrap | None]:
    start = cursor.token.start
    if not cursor.token.is_("{"):
        cursor.fail("a selector {…}")
    found = selector(cursor)
    stages = stages_of(cursor)
    return LogQuery(selector=found, stages=stages, start=start, end=cursor.end), unwrap(cursor)


def _with_window(cursor: Cursor, query: LogQuery, unwrapped: Unwrap | None, *, closed: bool = False) -> LogRange:
    """The window and what stands behind it; behind a closing parenthesis that may be `unwrap`, but no other stage."""
    token = cursor.take() if cursor.token.kind == "range" else cursor.fail("a range such as [5m]")
    offset = _offset(cursor)
    if not query.stages and not unwrapped:
        stages = () if closed else stages_of(cursor)
        query = replace(query, stages=stages, end=cursor.end) if stages else query
        unwrapped = unwrap(cursor)
    return LogRange(
        query=query, window=int(token.value), offset=offset, unwrap=unwrapped, start=query.start, end=cursor.end
    )


def _offset(cursor: Cursor) -> float:
    if not cursor.accept("offset"):
        return 0
    token = cursor.take() if cursor.token.kind == "duration" else cursor.fail("a duration such as 1h")
    return float(token.value)
