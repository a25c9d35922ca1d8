"""The Go templates in alert labels and annotations: what Prometheus refuses in them, and which labels they use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from obsgen.promql.syntax import Problem

_PROMETHEUS = """
    args externalURL first graphLink humanize humanize1024 humanizeDuration humanizePercentage humanizeTimestamp
    label match now parseDuration pathPrefix query reReplaceAll safeHtml sortByLabel stripDomain stripPort
    strvalue tableLink title toDuration toLower toTime toUpper urlQueryEscape value
"""
_GO = "and call eq ge gt html index js le len lt ne not or print printf println slice urlquery"
FUNCTIONS = frozenset([*_PROMETHEUS.split(), *_GO.split()])
_WORDS = frozenset(("true", "false", "nil", "break", "continue", "template", "define"))
_OPENING = frozenset(("if", "with", "range", "block", "define"))
_VARIABLES = frozenset(("$", "$labels", "$externalLabels", "$externalURL", "$value"))
_FIELDS = frozenset((".Labels", ".ExternalLabels", ".ExternalURL", ".Value"))

_STRING = r""" "(?:[^"\\\n]|\\.)*" | `[^`]*` | '(?:[^'\\\n]|\\.)*' """
_ACTION = re.compile(
    rf"""
    \{{\{{ (?:
        -?\s*/\*.*?\*/\s*-?\}}\}}
      | (?P<body> (?: [^"`'}}] | {_STRING} | \}}(?!\}}) )* ) \}}\}}
    )""",
    re.VERBOSE | re.DOTALL,
)
_TOKEN = re.compile(
    rf"""
    (?P<space> \s+ )
  | (?P<string> {_STRING} )
  | (?P<variable> \$\w* )
  | (?P<field> \.[A-Za-z_]\w* )
  | (?P<number> [-+]?(?:\d|\.\d)[\w.]* )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<sign> := | [|(),=.] )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Use(NamedTuple):
    """A label of the alert's series that a template asks for, and where its name stands."""

    label: str
    start: int


class _Token(NamedTuple):
    kind: str
    text: str
    start: int


@lru_cache(maxsize=4096)
def read_template(text: str) -> Template:
    """Reads a template as Prometheus would."""
    found = Template()
    found.read(text)
    return found


class Template:
    """What was found in a template: problems that break it, and the labels it uses."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.uses: list[Use] = []
        self._open: list[_Token] = []
        self._variables = set(_VARIABLES)

    def read(self, text: str) -> None:
        """Walks through the actions; notes all problems and uses."""
        at = text.find("{{")
        while at >= 0:
            match = _ACTION.match(text, at)
            if not match:
                self._problem("'{{' is never closed, or a quote in it is not", at, 2)
                return
            if match["body"] is not None:
                self._action(match["body"], match.start("body"))
            at = text.find("{{", match.end())
        for block in self._open:
            self._problem(f"'{block.text}' has no 'end'", block.start, len(block.text))

    def _action(self, body: str, start: int) -> None:
        trimmed = body[1:] if body[:1] == "-" and body[1:2].isspace() else body
        start += len(body) - len(trimmed)
        trimmed = trimmed[:-1] if trimmed[-1:] == "-" and trimmed[-2:-1].isspace() else trimmed
        tokens = list(_tokens(trimmed, start))
        if not tokens:
            self._problem("'{{ }}' is empty", start - 2, len(trimmed) + 4)
            return
        first = tokens[0]
        if first.kind == "word" and first.text in _OPENING | {"else", "end"}:
            self._block(first)
            tokens = tokens[1:]
            if first.text == "else" and tokens and tokens[0].text in ("if", "with"):
                tokens = tokens[1:]
        self._declare(tokens)
        self._parentheses(tokens)
        for before, token in zip([first, *tokens], tokens, strict=False):
            self._token(before, token)
        self._labels(tokens)

    def _block(self, word: _Token) -> None:
        if word.text in _OPENING:
            self._open.append(word)
        elif not self._open:
            self._problem(f"'{word.text}' without a block before it", word.start, len(word.text))
        elif word.text == "end":
            self._open.pop()

    def _declare(self, tokens: list[_Token]) -> None:
        signs = [token.text for token in tokens]
        if ":=" in signs:
            declared = tokens[: signs.index(":=")]
            self._variables.update(token.text for token in declared if token.kind == "variable")

    def _parentheses(self, tokens: list[_Token]) -> None:
        depth = 0
        for token in tokens:
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth < 0:
                break
        if depth and tokens:
            self._problem("parentheses do not match", tokens[0].start, 1)

    def _token(self, before: _Token, token: _Token) -> None:
        size = len(token.text)
        if token.kind == "other":
            self._problem(f"unexpected {token.text!r}", token.start, 1)
        elif token.kind == "number" and before.kind in ("field", "word", "variable") and _touches(before, token):
            self._problem(f"unexpected {token.text[0]!r}", token.start, 1)
        elif token.kind == "word" and token.text not in FUNCTIONS | _WORDS:
            hint = f"did you mean '${token.text}'?" if f"${token.text}" in _VARIABLES else ""
            self._problem(f"there is no template function '{token.text}'", token.start, size, hint)
        elif token.kind == "variable":
            self._variable(token)
        elif token.kind == "field" and not _touches(before, token) and not self._open and token.text not in _FIELDS:
            hint = "the fields are .Labels, .Value, .ExternalLabels and .ExternalURL"
            self._problem(f"an alert's template has no field '{token.text}'", token.start, size, hint)

    def _variable(self, token: _Token) -> None:
        if token.text not in self._variables:
            hint = "Prometheus defines $labels, $value, $externalLabels and $externalURL"
            self._problem(f"variable '{token.text}' is not defined", token.start, len(token.text), hint)

    def _labels(self, tokens: list[_Token]) -> None:
        for at, holder in enumerate(tokens[:-1]):
            label = tokens[at + 1]
            own = holder.text == "$labels" or (holder.text == ".Labels" and not self._open)
            if own and label.kind == "field" and _touches(holder, label):
                self.uses.append(Use(label.text[1:], label.start + 1))
            elif own and label.kind == "string" and at and tokens[at - 1].text == "index":
                self.uses.append(Use(label.text[1:-1], label.start + 1))

    def _problem(self, message: str, start: int, length: int, hint: str = "") -> None:
        self.problems.append(Problem(message, start, length, hint))


def _touches(before: _Token, token: _Token) -> bool:
    """Whether nothing stands between two tokens."""
    return before.start + len(before.text) == token.start


def _tokens(text: str, start: int) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield _Token(match.lastgroup or "other", match.group(), start + match.start())
