"""Syntax that a Prometheus reads only with a feature flag, or only in its newest versions."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "promql/experimental"
LEVEL = 3
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning: whether the flag is set, or the version new enough, the files do not say."""
    for expression in repository.expressions:
        if not expression.query:
            continue
        for node in expression.query.experimental():
            what = f"{node.name}()" if node.kind in ("call", "aggregate") else "fill"
            message = f"{what} is experimental: without its feature flag Prometheus refuses the rule"
            hint = "needs --enable-feature=promql-experimental-functions (binary fill modifiers have their own)"
            yield Finding(ID, SEVERITY, message, expression.place(node.start, node.length), hint)
        for what in expression.query.newer:
            message = f"{what} is read by the newest Prometheus only"
            yield Finding(ID, SEVERITY, message, expression.place(), "older servers refuse the whole rule")
