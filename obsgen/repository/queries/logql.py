"""LogQL as it stands in rules and on dashboards, read."""

from __future__ import annotations

from dataclasses import dataclass

from obsgen.findings import Place
from obsgen.logql import LogqlError, NotUnderstoodError, Query, parse
from obsgen.logql.grafana import parse_templated
from obsgen.repository.objects import Located
from obsgen.repository.queries.expressions import LogText


@dataclass(frozen=True, slots=True, eq=False)
class LogExpression:
    """One query: `query`, or the `refusal` that says why it is none; neither if only Loki can tell."""

    asked: LogText
    query: Query | None = None
    refusal: LogqlError | None = None
    text: str = ""
    """What the real tool may be asked, as long as the expression; empty where variables decide what it says."""

    @property
    def located(self) -> Located:
        """The string that the expression stands in."""
        return self.asked.located

    def place(self, start: int = 0, length: int = 1) -> Place:
        """Where a character of the expression stands."""
        return self.located.text_place((), self.asked.start + start, length)


def read_logql(asked: LogText) -> LogExpression:
    """The expression; what only looks like LogQL, and does not read as such, is left unjudged."""
    try:
        query, is_plain = (parse(asked.text), True) if asked.rule else parse_templated(asked.text)
    except NotUnderstoodError:
        return LogExpression(asked, text=asked.text if asked.rule else "")
    except LogqlError as refusal:
        return LogExpression(asked, refusal=refusal, text=asked.text) if asked.is_sure else LogExpression(asked)
    return LogExpression(asked, query, text=query.text if is_plain else "")
