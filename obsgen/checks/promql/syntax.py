"""Expressions that are not PromQL. One of them makes Prometheus refuse the whole rule file or object."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import TooLargeError
from obsgen.promql.grafana import has_free_variables
from obsgen.repository import Repository
from obsgen.repository.queries.expressions import Expression

ID = "promql/syntax"
LEVEL = 3
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the spot; a warning where only the value of a dashboard's variable could make it PromQL."""
    for expression in repository.expressions:
        if expression.refusal:
            problem = expression.refusal.problem
            place = expression.place(problem.start, problem.length)
            yield Finding(ID, _severity(expression), problem.message, place, problem.hint)


def _severity(expression: Expression) -> Severity:
    text = str(expression.located.value)
    unsure = isinstance(expression.refusal, TooLargeError) or (expression.rule is None and has_free_variables(text))
    return Severity.WARNING if unsure else SEVERITY
