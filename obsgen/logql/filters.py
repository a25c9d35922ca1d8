"""Matchers and label filters."""

from __future__ import annotations

from typing import Literal

from obsgen.logql.cursor import Cursor
from obsgen.logql.tree import Comparison, Junction, LabelFilter, Matcher, Text

_MATCHES = ("=", "!=", "=~", "!~")
_COMPARES = ("=", "==", "!=", ">", ">=", "<", "<=")


def matcher(cursor: Cursor) -> Matcher:
    """`name="value"`; the regular expression of `=~` and `!~` is looked at."""
    name = cursor.name()
    sign = cursor.accept(*_MATCHES) or cursor.fail("=, !=, =~ or !~")
    return _matcher(cursor, name.text, sign.text, name.start)


def _matcher(cursor: Cursor, name: str, operator: str, start: int) -> Matcher:
    text = cursor.string()
    if operator in ("=~", "!~"):
        cursor.check_regex(text)
    return Matcher(name=name, operator=operator, value=text.value, start=start, end=cursor.end)


def label_filter(cursor: Cursor, what: str = "a label filter") -> LabelFilter:
    """Comparisons joined by `and`, `or`, a comma or nothing at all, in the order in which Loki's grammar joins them.

    That of `and` and `or` is the usual one; a comma, or nothing, lets all that follows it go first.
    """
    operands = [_operand(cursor, what)]
    operators: list[str] = []
    while (operator := _next_operator(cursor)) is not None:
        while operators and _goes_first(operators[-1], operator):
            _join(operands, operators.pop())
        cursor.join()
        operators.append(operator)
        operands.append(_operand(cursor, "a label filter"))
    while operators:
        _join(operands, operators.pop())
    return operands[0]


def _next_operator(cursor: Cursor) -> str | None:
    sign = cursor.accept("and", "or", ",")
    if sign:
        return sign.text
    odd = cursor.token.kind == "odd" and cursor.behind.is_(*_COMPARES, "=~", "!~")
    return "" if odd or cursor.token.kind == "name" or cursor.token.is_("(") else None


def _goes_first(left: str, right: str) -> bool:
    return left in ("and", "or") and right in ("and", "or") and (left, right) != ("or", "and")


def _join(operands: list[LabelFilter], operator: str) -> None:
    right, left = operands.pop(), operands.pop()
    word: Literal["and", "or"] = "or" if operator == "or" else "and"
    operands.append(Junction(operator=word, left=left, right=right, start=left.start, end=right.end))


def _operand(cursor: Cursor, what: str) -> LabelFilter:
    if not cursor.token.is_("("):
        return _comparison(cursor, what)
    cursor.deeper()
    cursor.take()
    found = label_filter(cursor)
    cursor.expect(")")
    cursor.depth -= 1
    return found


def _comparison(cursor: Cursor, what: str) -> LabelFilter:
    name = cursor.name(what)
    sign = cursor.accept(*_COMPARES, "=~", "!~") or cursor.fail("a comparison")
    token, operator = cursor.token, sign.text
    if operator in ("=~", "!~") or (token.kind == "string" and operator in _MATCHES):
        return _matcher(cursor, name.text, operator, name.start)
    if token.kind == "function" and token.text == "ip" and operator in ("=", "!="):
        text = _ip(cursor)
        return Comparison(
            name=name.text, operator=operator, kind="ip", value=text.value, start=name.start, end=cursor.end
        )
    kind: Literal["number", "duration", "size"] = "number"
    if token.kind in ("duration", "size"):
        kind, value = token.kind, float(cursor.take().value)
    else:
        value = signed_number(cursor, "a number, a duration, a size" + (" or a string" * (operator in _MATCHES)))
    return Comparison(name=name.text, operator=operator, kind=kind, value=value, start=name.start, end=cursor.end)


def signed_number(cursor: Cursor, what: str = "a number") -> float:
    """A number with or without a sign; infinite where Loki calls it too large."""
    sign = cursor.accept("+", "-")
    token = cursor.take() if cursor.token.kind == "number" else cursor.fail(what)
    return -float(token.value) if sign and sign.text == "-" else float(token.value)


def _ip(cursor: Cursor) -> Text:
    start = cursor.take().start
    cursor.expect("(")
    text = cursor.string()
    cursor.expect(")")
    cursor.doubt("an IP filter", start, cursor.end)
    return text
