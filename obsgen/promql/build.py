"""Building PromQL text: expressions that know how tightly they bind, so parentheses stand only where they must."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from textwrap import dedent

from obsgen.units import number_text

Matcher = tuple[str, str, str]
"""Label, operator (`=`, `=~`, `!=`, `!~`), value."""

_ATOM = 9
_BINDS = {"*": 5, "/": 5, "+": 4, "-": 4, ">": 3, "<": 3, "==": 3, "!=": 3, "and": 2, "unless": 2, "or": 1}


@dataclass(frozen=True, slots=True)
class Expr:
    """A piece of PromQL and the precedence of its outermost operator."""

    text: str
    binds: int = _ATOM

    def __str__(self) -> str:
        return self.text

    def within(self, least: int) -> str:
        """The text as an operand of an operator that needs at least this precedence."""
        return self.text if self.binds >= least else f"({self.text})"


def quoted(value: str) -> str:
    """A PromQL string literal; nothing in `value` can end it early."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def regex_of(values: Sequence[str]) -> str:
    """A regular expression that matches exactly these values."""
    return "|".join(re.sub(r"([.+*?()\[\]{}|^$\\])", r"\\\1", value) for value in values)


def selector(name: str, matchers: Iterable[Matcher]) -> Expr:
    """A series selector, its matchers in order of their labels."""
    inner = ",".join(f"{label}{operator}{quoted(value)}" for label, operator, value in sorted(matchers))
    return Expr(f"{name}{{{inner}}}" if inner else name)


def one_of(label: str, values: Sequence[str]) -> Matcher:
    """A matcher for one value or several."""
    return (label, "=", values[0]) if len(values) == 1 else (label, "=~", regex_of(values))


def none_of(label: str, values: Sequence[str]) -> Matcher:
    """A matcher for everything but one value or several."""
    return (label, "!=", values[0]) if len(values) == 1 else (label, "!~", regex_of(values))


def call(function: str, *arguments: Expr | str) -> Expr:
    """A function call."""
    return Expr(f"{function}({', '.join(str(argument) for argument in arguments)})")


def ranged(series: Expr, window: str) -> Expr:
    """A range selector; `series` must be a plain selector."""
    return Expr(f"{series.text}[{window}]")


def aggregated(function: str, labels: Sequence[str], inner: Expr) -> Expr:
    """`sum by (a, b) (inner)`, or `sum(inner)` where nothing is kept apart."""
    if not labels:
        return call(function, inner)
    return Expr(f"{function} by ({', '.join(labels)}) ({inner.text})")


def binary(left: Expr, operator: str, right: Expr, matching: str = "") -> Expr:
    """Two expressions joined by an operator, with `on (…)` or `group_left (…)` behind it where given."""
    binds = _BINDS[operator.removesuffix(" bool")]
    middle = f"{operator} {matching}" if matching else operator
    return Expr(f"{left.within(binds)} {middle} {right.within(binds + 1)}", binds)


def union(parts: Sequence[Expr]) -> Expr:
    """All of several vectors, equal ones once; where two have the same labels the first wins."""
    return reduce(lambda left, right: binary(left, "or", right), dict.fromkeys(parts))


def added(parts: Sequence[Expr]) -> Expr:
    """The sum of several vectors with equal labels."""
    return reduce(lambda left, right: binary(left, "+", right), parts)


def number(value: float) -> Expr:
    """A number literal."""
    return Expr(number_text(value), _ATOM if value >= 0 else _BINDS["*"])


def scaled(expression: Expr, factor: float) -> Expr:
    """An expression times a factor, written as a division where that is the rounder number."""
    if factor == 1:
        return expression
    inverse = 1 / factor
    if 0 < factor < 1 and abs(inverse - round(inverse)) < 1e-9 * inverse:
        return binary(expression, "/", number(round(inverse)))
    return binary(expression, "*", number(factor))


MAX_LINE = 100
"""Characters of PromQL that a reviewer takes in at a glance; more are laid out over several lines."""


@lru_cache(maxsize=65536)
def laid_out(text: str) -> str:
    """PromQL as people read it: one line, or indented over several and ending in a line break."""
    if len(text) <= MAX_LINE:
        return text
    from promql_parser import parse

    try:
        return f"{_without_outer_indent(parse(text).prettify())}\n"
    except ValueError:  # syntax newer than the parser's stays as it was written
        return f"{text}\n"


def _without_outer_indent(text: str) -> str:
    """The outermost operators at the start of lines: a text that begins with spaces cannot be a YAML block."""
    lines = text.split("\n")
    operator = next((row for row, line in enumerate(lines) if line[:1] not in (" ", ")", "")), 0)
    if not lines[0].startswith(" ") or not operator:
        return text
    left, right = (dedent("\n".join(part)) for part in (lines[:operator], lines[operator + 1 :]))
    return f"{_without_outer_indent(left)}\n{lines[operator]} {_without_outer_indent(right)}"
