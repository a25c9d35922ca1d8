"""Text to a PromQL query, or to the reason and the place of what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import promql_parser as pq

from obsgen.promql.newer import without_newer
from obsgen.promql.syntax import Problem, find_problem
from obsgen.promql.tokens import tokens
from obsgen.promql.tree import Node, build

# The parser recurses in native code, and a tree is walked by recursion here: both have an end.
MAX_NESTING = 250

_WORDS = frozenset(("and", "or", "unless"))
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
        plain, newer = without_newer(text, found)
        if plain == text:
            raise PromqlError(text, str(refusal)) from None
    try:
        return Query(text, build(pq.parse(plain), tokens(plain), len(text)), newer)
    except ValueError as refusal:
        raise PromqlError(plain, str(refusal)) from None


def _is_experimental(node: Node) -> bool:
    raw = node.raw
    if isinstance(raw, pq.Call):
        return raw.func.experimental
    if isinstance(raw, pq.BinaryExpr) and raw.modifier:
        fill = raw.modifier.fill_values
        return fill.lhs is not None or fill.rhs is not None
    return node.kind == "aggregate" and node.name in _EXPERIMENTAL_AGGREGATORS
