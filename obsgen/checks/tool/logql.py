"""Loki's own parser on every LogQL expression, with the templates, patterns and paths in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from obsgen.checks.result import Told
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.logql import LogExpression
from obsgen.tools import Tool, ToolError, run

ID = "tool/logql"
LEVEL = 6
SEVERITY = Severity.ERROR
TOOL = "logql"


def work(repository: Repository) -> int:
    """How many expressions it can be asked."""
    return len(_askable(repository))


def check(repository: Repository, tool: Tool, told: Told) -> Iterator[Finding]:
    """Everything that it refuses and that nobody has told of."""
    expressions = _askable(repository)
    for expression, answer in zip(expressions, _answers(tool, expressions), strict=True):
        if not answer["ok"] and not told.of_part(expression.located):
            yield _finding(expression, answer["error"])


def _askable(repository: Repository) -> list[LogExpression]:
    return [one for one in repository.log_expressions if one.text]


def _answers(tool: Tool, expressions: list[LogExpression]) -> list[dict[str, Any]]:
    asked = (json.dumps({"id": str(number), "expr": one.text}) for number, one in enumerate(expressions))
    done = run(tool, [], input="\n".join(asked))
    # not splitlines: an answer may quote characters that end a line elsewhere
    answers = [json.loads(line) for line in done.stdout.split("\n") if line] if not done.returncode else []
    if len(answers) != len(expressions):
        raise ToolError(f"logql answered {len(answers)} of {len(expressions)} questions: {done.stderr.strip()[:300]}")
    return answers


def _finding(expression: LogExpression, error: dict[str, Any]) -> Finding:
    lines = expression.text.split("\n")[: error.get("line", 1) - 1]
    start = sum(len(line) + 1 for line in lines) + error.get("column", 1) - 1
    place = expression.place(min(start, max(len(expression.text) - 1, 0)))
    return Finding(ID, SEVERITY, f"Loki: {error['message']}", place)
