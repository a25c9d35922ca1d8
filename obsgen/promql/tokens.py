"""PromQL cut into tokens, and what of them stands in its syntax tree."""

from __future__ import annotations

import re
from typing import NamedTuple

_LABEL_LISTS = frozenset(("by", "without", "on", "ignoring", "group_left", "group_right"))
_FILLS = frozenset(("fill", "fill_left", "fill_right"))

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


def tokens(text: str) -> list[Token]:
    """All tokens but spaces and comments; what is no PromQL comes out as kind `other`."""
    return [
        Token(match.lastgroup or "other", match.group(), match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]


def without_asides(found: list[Token]) -> list[Token]:
    """The tokens without label lists and times: those that stand for nodes, and the signs between them."""
    kept: list[Token] = []
    at = 0
    while at < len(found):
        skipped = _aside(found, at, kept)
        kept += [] if skipped else [found[at]]
        at += skipped or 1
    return kept


def _aside(found: list[Token], at: int, before: list[Token]) -> int:
    """How many tokens a label list or a time with its keyword takes; 0 where none begins."""
    word, following = found[at].text.lower(), found[at + 1].text if at + 1 < len(found) else ""
    if word in _LABEL_LISTS or (word in _FILLS and following == "("):
        return 1 + _skipped_list(found, at + 1)
    behind_operand = bool(before) and (before[-1].kind != "operator" or before[-1].text == ")")
    return 1 + skipped_time(found, at + 1) if word == "@" or (word == "offset" and behind_operand) else 0


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
    signs = 0
    while at < len(found) and found[at].text in ("+", "-"):
        at, signs = at + 1, signs + 1
    if at < len(found) and found[at].kind == "word":  # start(), end(), step()
        return signs + 1 + _skipped_list(found, at + 1)
    return signs + (_skipped_list(found, at) or 1)
