"""Text to a PromQL query, or to the reason and the place of what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import promql_parser as pq

from obsgen.promql.syntax import Problem, find_problem
from obsgen.promql.tokens import Token, skipped_time, tokens
from obsgen.promql.tree import Node, build

# The parser recurses in native code, and a tree is walked by recursion here: both have an end.
MAX_NESTING = 250

_WORDS = frozenset(("and", "or", "unless"))
_SIGN = re.compile(r"[-+*/%^(]")
_DURATIONS = (re.compile(r"\b(?:step|range)\s*\(\s*\)"), re.compile(r"\b(?:min|max)_of(?=\s*\()"))
"""Durations that a query knows only when it runs, and functions that choose one of two."""
_EXPERIMENTAL_AGGREGATORS = frozenset(("limitk", "limit_ratio"))


class PromqlError(ValueError):
    """An expression that is not PromQL; `problem` says why and where."""

    def __init__(self, text: str, complaint: str) -> None:
        super().__init__(complaint)
        self._text = text

    @cached_property
    def problem(self) -> Problem:
        """The reason, with offset and length in the text; looked for when asked, since that takes many parses."""
        return find_problem(self._text, str(self))


class TooLargeError(PromqlError):
    """An expression that is too large to be read here; it may well be PromQL."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed expression: its text, its tree, and the syntax in it that not every Prometheus reads."""

    text: str
    root: Node
    newer: tuple[str, ...] = ()

    def selectors(self) -> list[Node]:
        """Its vector selectors, in source order."""
        return [node for node in self.root.walk() if node.kind == "selector"]

    def experimental(self) -> list[Node]:
        """Nodes that Prometheus reads only with `--enable-feature`."""
        return [node for node in self.root.walk() if _is_experimental(node)]


@lru_cache(maxsize=4096)
def parse(text: str) -> Query:
    """The query of an expression; PromqlError, with an offset, if it is none."""
    found = tokens(text)
    if sum(token.kind == "operator" or token.text.lower() in _WORDS for token in found) > MAX_NESTING:
        raise TooLargeError(text, f"more than {MAX_NESTING} operators and parentheses")
    try:
        return Query(text, build(pq.parse(text), found, len(text)))
    except ValueError as refusal:
        plain, newer = _without_newer(text, found)
        if plain == text:
            raise PromqlError(text, str(refusal)) from None
    try:
        return Query(text, build(pq.parse(plain), tokens(plain), len(text)), newer)
    except ValueError as refusal:
        raise PromqlError(plain, str(refusal)) from None


def _without_newer(text: str, found: list[Token]) -> tuple[str, tuple[str, ...]]:
    """The expression without syntax that Prometheus reads and the parser does not yet, and what was replaced in it.

    What takes its place is of the same length, so that offsets stay true.
    """
    used = []
    for start, end, plain, what in _replacements(text, found):
        text = text[:start] + plain + text[end:]
        used.append(what)
    return text, tuple(dict.fromkeys(used))


def _replacements(text: str, found: list[Token]) -> Iterator[tuple[int, int, str, str]]:
    for at, token in enumerate(found):
        if token.kind == "range" and _is_range(token.text[1:-1]):
            duration = "[1s:" if ":" in token.text else "[1m"
            yield token.start, token.end, duration.ljust(len(token.text) - 1) + "]", "duration arithmetic"
        elif token.text in ("</", ">/"):
            yield token.start, token.end, "+ ", "histogram trimming"
        elif token.text.lower() == "offset" and len(time := found[at + 1 : at + 1 + skipped_time(found, at + 1)]) > 2:
            start, end = time[0].start, time[-1].end
            if _is_arithmetic(text[start:end]):
                yield start, end, "1m".ljust(end - start), "duration arithmetic"


def _is_range(text: str) -> bool:
    span, _, step = text.partition(":")
    return bool(_SIGN.search(text)) and _is_arithmetic(span) and (not step.strip() or _is_arithmetic(step))


def _is_arithmetic(time: str) -> bool:
    """Whether a duration is worked out from finite numbers, with signs and parentheses."""
    known, choosing = _DURATIONS
    plain, choices = choosing.subn("", known.sub("1m", time))
    try:
        root = build(pq.parse(plain.replace(",", "+") if choices else plain), [], 0)
    except ValueError:
        return False
    return all(
        (isinstance(node.raw, pq.NumberLiteral) and math.isfinite(node.raw.val))
        or (node.kind == "binary" and node.name in "+-*/%^")
        or node.kind in ("unary", "paren")
        for node in root.walk()
    )


def _is_experimental(node: Node) -> bool:
    raw = node.raw
    if isinstance(raw, pq.Call):
        return raw.func.experimental
    if isinstance(raw, pq.BinaryExpr) and raw.modifier:
        fill = raw.modifier.fill_values
        return fill.lhs is not None or fill.rhs is not None
    return node.kind == "aggregate" and node.name in _EXPERIMENTAL_AGGREGATORS
