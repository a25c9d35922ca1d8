"""Rules whose expression gives log lines: Loki loads them and fails at each evaluation."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "logql/no-metric"
LEVEL = 3
SEVERITY = Severity.ERROR

_HINT = "count them: sum(count_over_time({…}[5m])) > 0"


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the beginning of the expression."""
    for expression in repository.log_expressions:
        query = expression.query
        if expression.asked.rule and query and not query.is_metric:
            message = "this gives log lines, and a rule needs numbers"
            yield Finding(ID, SEVERITY, message, expression.place(query.root.start), _HINT)
