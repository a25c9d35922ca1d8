"""Text to a query. What is read is what alerts and panels need, which is nearly all of LogQL.

Looked for and not found: a maintained parser of LogQL on the Python package index.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from obsgen.logql.cursor import Cursor, Doubt
from obsgen.logql.errors import LogqlError, NotUnderstoodError
from obsgen.logql.metrics import expression
from obsgen.logql.tree import Expression, LogQuery, LogRange, Node, Selector


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was read; where there are doubts, Loki may refuse it."""

    text: str
    root: Expression
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_metric(self) -> bool:
        """Whether it gives numbers; otherwise it gives lines."""
        return not isinstance(self.root, LogQuery)

    def selectors(self) -> list[Selector]:
        """Its stream selectors, in source order."""
        return [node for node in self.nodes() if isinstance(node, Selector)]

    def ranges(self) -> list[LogRange]:
        """Its windows over lines, in source order."""
        return [node for node in self.nodes() if isinstance(node, LogRange)]

    def nodes(self) -> list[Node]:
        """All nodes of its tree."""
        return list(self.root.walk())


@lru_cache(maxsize=4096)
def parse(text: str) -> Query:
    """The query of a text; LogqlError if Loki surely refuses it, NotUnderstoodError if that cannot be said."""
    cursor = Cursor(text)
    if cursor.is_over:
        raise LogqlError("the expression is empty", 0)
    if cursor.token.is_("variants"):
        raise NotUnderstoodError("variants", cursor.token.start, len("variants"))
    root = expression(cursor)
    if not cursor.is_over:
        cursor.fail("an operator or the end")
    return Query(text, root, tuple(cursor.doubts))
