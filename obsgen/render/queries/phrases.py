"""What a sentence becomes, in whichever language, and what is said where it makes no sense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from obsgen.logql.layout import laid_out as logql_laid_out
from obsgen.promql.build import Expr, laid_out
from obsgen.render.queries.windows import Window

Language = Literal["promql", "logql"]

OVER_TIME = {"avg": "avg_over_time", "max": "max_over_time", "min": "min_over_time", "stddev": "stddev_over_time"}
"""Functions over time, as sentences and as both languages call them."""


class SentenceError(ValueError):
    """A sentence that makes no sense for its signal's type."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a sentence became: its query, its unit, the labels that its result has (ours to stored), its window."""

    expr: Expr
    unit: str
    labels: dict[str, str] = field(default_factory=dict)
    window: Window | None = None
    language: Language = "promql"

    @property
    def query(self) -> str:
        """The query as people read it."""
        return readable(self.expr.text, self.language)


def readable(query: str, language: Language) -> str:
    """A query on one line, or laid out over several and ending in a line break."""
    return laid_out(query) if language == "promql" else logql_laid_out(query)
