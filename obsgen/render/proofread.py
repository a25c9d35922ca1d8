"""What Prometheus would refuse in a rule is told where it was written: one bad rule makes it drop the whole object."""

from __future__ import annotations

from obsgen.components.origin import Origin
from obsgen.promql import PromqlError, parse
from obsgen.promql.template import read_template


def proofread_query(expr: str, origin: Origin) -> None:
    """InputError at `origin` if the expression is not PromQL."""
    try:
        parse(expr)
    except PromqlError as refused:
        problem = refused.problem
        origin.refuse("promql/syntax", f"this is not PromQL: {problem.message}", problem.hint)


def proofread_text(text: str, origin: Origin) -> str:
    """The text of a label or annotation; InputError at `origin` if Prometheus cannot expand its template."""
    for problem in read_template(text).problems:
        origin.refuse("promql/template", problem.message, problem.hint or "Prometheus expands {{ }} in this text")
    return text
