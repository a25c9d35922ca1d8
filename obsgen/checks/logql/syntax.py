"""Expressions that Loki refuses. One of them makes its ruler refuse the whole group or object."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "logql/syntax"
LEVEL = 3
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the spot; of what is not surely wrong nothing is said."""
    for expression in repository.log_expressions:
        problem = expression.refusal
        if problem:
            place = expression.place(problem.start, problem.length)
            yield Finding(ID, SEVERITY, problem.message, place, problem.hint)
