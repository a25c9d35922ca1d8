"""PromQL cut into tokens, and the heads (selectors, calls, operators, literals) that stand in them, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_AGGREGATIONS = "avg bottomk count count_values group limit_ratio limitk max min quantile stddev stdvar sum topk"
AGGREGATORS = frozenset(_AGGREGATIONS.split())
_LABEL_LISTS = frozenset(("by", "without", "on", "ignoring", "group_left", "group_right"))
_FILLS = frozenset(("fill", "fill_left", "fill_right"))
_WORD_OPERATORS = frozenset(("and", "or", "unless", "atan2"))
_OPERATORS = frozenset(("+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=", ">/", "</"))

_STRING = r""" "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `[^`]*` """
_TOKEN = re.compile(
    rf"""
    (?P<space> \s+ | \#[^\n]* )
  | (?P<string> {_STRING} )
  | (?P<braces> \{{ (?: [^{{}}"'`] | {_STRING} )* \}} )
  | (?P<range> \[ [^\[\]]* \] )
  | (?P<number> (?: [0-9] | \.[0-9] ) [\w.]* (?: (?<=[eE]) [-+][0-9]+ )? )
  | (?P<word> [A-Za-z_:] [\w:]* )
  | (?P<operator> == | != | =~ | !~ | >= | <= | >/ | </ | [-+*/%^<>=(){{}}\[\],@:] )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class Token(NamedTuple):
    """A piece of an expression: its kind (a group of the lexer), its text, and its offset."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a node of the syntax tree begins in the text: its kind and name, offset and length."""

    kind: str
    name: str
    start: int
    length: int


def tokens(text: str) -> list[Token]:
    """All tokens but spaces and comments; what is no PromQL comes out as kind `other`."""
    return [
        Token(match.lastgroup or "other", match.group(), match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]


def heads(found: list[Token]) -> Iterator[Head]:
    """The heads of a valid expression's nodes, in source order."""
    at = 0
    operand = False
    while at < len(found):
        head, step, operand = _head(found, at, operand)
        if head:
            yield head
        at += step


def _head(found: list[Token], at: int, operand: bool) -> tuple[Head | None, int, bool]:
    """The head at a token, if one stands there; the tokens it takes; whether an operand ends behind it."""
    token = found[at]
    if token.kind in ("number", "string"):
        return Head(token.kind, token.text, token.start, len(token.text)), 1, True
    if token.kind == "braces":
        return Head("selector", "", token.start, len(token.text)), 1, True
    if token.kind == "word":
        return _word(found, at, operand)
    if token.text == "@":
        return None, 1 + skipped_time(found, at + 1), True
    if token.text in _OPERATORS and operand:
        return Head("operator", token.text, token.start, len(token.text)), 1, False
    return None, 1, token.text == ")" or token.kind == "range"


def _word(found: list[Token], at: int, operand: bool) -> tuple[Head | None, int, bool]:
    token = found[at]
    following = found[at + 1] if at + 1 < len(found) else Token("end", "", token.end)
    lower = token.text.lower()
    if operand and lower in _WORD_OPERATORS:
        return Head("operator", lower, token.start, len(token.text)), 1, False
    if operand and lower == "offset":
        return None, 1 + skipped_time(found, at + 1), True
    if lower in _LABEL_LISTS or (lower in _FILLS and following.text == "("):
        return None, 1 + _skipped_list(found, at + 1), lower in ("by", "without")
    if lower == "bool" and not operand:
        return None, 1, False
    if lower in AGGREGATORS and following.text.lower() in ("(", "by", "without"):
        return Head("aggregate", lower, token.start, len(token.text)), 1, False
    if following.text == "(":
        return Head("call", token.text, token.start, len(token.text)), 1, False
    if lower in ("inf", "nan"):
        return Head("number", lower, token.start, len(token.text)), 1, True
    end, step = (following.end, 2) if following.kind == "braces" else (token.end, 1)
    return Head("selector", token.text, token.start, end - token.start), step, True


def _skipped_list(found: list[Token], at: int) -> int:
    """How many tokens a parenthesised list at `at` takes; 0 where none stands."""
    if at >= len(found) or found[at].text != "(":
        return 0
    depth = 0
    for count, token in enumerate(found[at:], 1):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            return count
    return len(found) - at


def skipped_time(found: list[Token], at: int) -> int:
    """How many tokens the time behind `offset` or `@` takes."""
    sign = int(at < len(found) and found[at].text in ("+", "-"))
    at += sign
    if at < len(found) and found[at].kind == "word":  # start(), end(), step()
        return sign + 1 + _skipped_list(found, at + 1)
    return sign + (_skipped_list(found, at) or 1)
