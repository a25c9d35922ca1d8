"""LogQL cut into tokens the way Loki's lexer cuts it: keywords in any case, functions only before a parenthesis."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from unicodedata import category

from obsgen.logql.errors import LogqlError, NotUnderstoodError
from obsgen.logql.literals import duration, size, unquoted, window

_OF_TIME = ("count", "bytes", "avg", "sum", "min", "max", "stdvar", "stddev", "quantile", "first", "last", "absent")
RANGE_FUNCTIONS = frozenset((*(f"{one}_over_time" for one in _OF_TIME), "rate", "rate_counter", "bytes_rate"))
AGGREGATIONS = frozenset(
    ("sum", "avg", "max", "min", "count", "stddev", "stdvar", "bottomk", "topk", "sort", "sort_desc", "approx_topk")
)
CONVERSIONS = frozenset(("bytes", "duration", "duration_seconds"))
_FUNCTIONS = RANGE_FUNCTIONS | AGGREGATIONS | CONVERSIONS | {"vector", "label_replace", "ip"}
_STAGES = ("json", "logfmt", "unpack", "regexp", "pattern", "line_format", "label_format", "decolorize", "drop", "keep")
_OF_OPERATORS = ("or", "and", "unless", "bool", "on", "ignoring", "group_left", "group_right")
KEYWORDS = frozenset((*_STAGES, *_OF_OPERATORS, "by", "without", "unwrap", "offset", "variants", "of"))
MAX_SIZE = 131_072
"""Bytes of a query, from which on Loki refuses to read it."""

Kind = Literal[
    "name", "string", "number", "duration", "size", "range", "flag", "word", "function", "sign", "odd", "end"
]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text; `value` is a string's content, a number, milliseconds or bytes."""

    kind: Kind
    text: str
    """As written; of a word, function or sign in lower case."""
    start: int
    end: int
    value: str | float = ""

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these signs or words."""
        return self.kind in ("sign", "word") and self.text in texts


_SPACE = re.compile(r"(?:[\t\n\r ]|#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CALLED = re.compile(r"\s*(?:\(|(?:by|without)\s*\()", re.IGNORECASE)
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_UNUSUAL = re.compile(r"0[0-9xXoObB_]|[0-9._]*_")
_LIKE_DURATION = re.compile(r"[0-9nuµmshdwy.]*")
_LIKE_SIZE = re.compile(r"[0-9BikKMGTP.]*")
_FLAG = re.compile(r"--(?:strict|keep-empty)(?![A-Za-z-])")
_STRING = re.compile(r'"((?:[^"\\\n]|\\[^\n])*)"|`([^`]*)`')
_CHARACTER = re.compile(r"'((?:[^'\\\n]|\\[^\n])*)'")
_SIGN = re.compile(r"!=|=~|!~|!>|\|=|\|~|\|>|==|>=|<=|[,.{}=|()\]+\-*/%^<>]")


def tokens(text: str) -> list[Token]:
    """All tokens, an `end` last; LogqlError or NotUnderstoodError at the first that is none."""
    if len(text.encode(errors="replace")) >= MAX_SIZE:
        raise LogqlError(f"longer than the {MAX_SIZE - 1} bytes that Loki reads", 0)
    if "\0" in text:
        raise LogqlError("a NUL character", text.index("\0"))
    found: list[Token] = []
    at = _after_space(text, 0)
    while at < len(text):
        found.append(_token(text, at))
        at = _after_space(text, found[-1].end)
    return [*found, Token("end", "", len(text), len(text))]


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    at = match.end() if match else at
    if text.startswith("/*", at):
        raise LogqlError("the comment is never closed", at, 2)
    return at


def _token(text: str, at: int) -> Token:
    first = text[at]
    if first in '"`':
        return _string(text, at)
    if first == "'":
        return _single_quoted(text, at)
    if first == "[":
        return _range(text, at)
    if name := _NAME.match(text, at):
        return _word(text, name)
    if number := _NUMBER.match(text, at):
        return _number(text, number)
    if first == "-" and (found := _after_minus(text, at)):
        return found
    if sign := _SIGN.match(text, at):
        return Token("sign", sign.group(), at, sign.end())
    _refuse_letter(text, at)
    return Token("odd", first, at, at + 1)


def _refuse_letter(text: str, at: int) -> None:
    """Names of other letters than ASCII's are Loki's to read: which letters there are changes with Unicode."""
    if not text[at : at + 1].isascii() and category(text[at])[0] in "LMN":
        raise NotUnderstoodError(f"'{text[at]}' outside a string", at)


def _word(text: str, match: re.Match[str]) -> Token:
    lower, (start, end) = match.group().lower(), match.span()
    _refuse_letter(text, end)
    if lower in _FUNCTIONS:
        called = _CALLED.match(text, end)
        return Token("function", lower, start, end) if called else Token("name", match.group(), start, end)
    if lower in KEYWORDS:
        return Token("word", lower, start, end)
    return Token("name", match.group(), start, end)


def _number(text: str, match: re.Match[str]) -> Token:
    """A number, or with what follows it a duration or a size."""
    start, end = match.span()
    if _UNUSUAL.match(text, start):
        raise NotUnderstoodError("a number that is not plainly decimal", start, end - start)
    if text[end : end + 1] in tuple("eEpP"):
        raise LogqlError("an exponent without digits", start, end + 1 - start)
    return (
        _unit("duration", duration, text, start, _LIKE_DURATION.match(text, end))
        or _unit("size", size, text, start, _LIKE_SIZE.match(text, end))
        or Token("number", match.group(), start, end, float(match.group()))
    )


def _unit(
    kind: Literal["duration", "size"],
    read: Callable[[str], float | None],
    text: str,
    start: int,
    match: re.Match[str] | None,
) -> Token | None:
    if not match or not match.group():
        return None
    whole = text[start : match.end()]
    value = read(whole)
    return None if value is None else Token(kind, whole, start, match.end(), value)


def _after_minus(text: str, at: int) -> Token | None:
    if flag := _FLAG.match(text, at):
        return Token("flag", flag.group(), at, flag.end())
    return _unit("duration", duration, text, at, _LIKE_DURATION.match(text, at + 1))


def _string(text: str, at: int) -> Token:
    match = _STRING.match(text, at)
    if match is None:
        raise LogqlError("the string is never closed", at)
    if text[at] == "`":
        return Token("string", match.group(), at, match.end(), match[2])
    try:
        value = unquoted(match[1])
    except ValueError as problem:
        raise NotUnderstoodError(f"an escape for {problem}", at, match.end() - at) from None
    if isinstance(value, int):
        hint = "a backslash is doubled within double quotes, and stands for itself within backticks"
        raise LogqlError("not an escape", at + 1 + value, 2, hint)
    return Token("string", match.group(), at, match.end(), value)


def _single_quoted(text: str, at: int) -> Token:
    """Loki reads one character in single quotes as a name, which nobody means."""
    match = _CHARACTER.match(text, at)
    if match and len(match[1]) == 1:
        return Token("odd", match.group(), at, match.end())
    raise LogqlError("a string in single quotes", at, 1, "use double quotes or backticks")


def _range(text: str, at: int) -> Token:
    end = text.find("]", at)
    if end < 0:
        raise LogqlError("'[' is never closed", at)
    value = window(text[at + 1 : end])
    if value is None:
        hint = "write it as 30s, 5m or 1h30m: whole numbers, largest unit first"
        raise LogqlError(f"'{text[at + 1 : end]}' is no range", at, end + 1 - at, hint)
    return Token("range", text[at : end + 1], at, end + 1, value)
