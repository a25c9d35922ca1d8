"""rate() over $__interval, the width of a pixel: often less than the time between two scrapes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.findings import Finding, Fix, Severity
from obsgen.promql import Node
from obsgen.promql.labels import input_of
from obsgen.repository import Repository
from obsgen.repository.queries.expressions import Expression

ID = "promql/interval"
LEVEL = 3
SEVERITY = Severity.WARNING

_FUNCTIONS = frozenset(("rate", "irate", "increase", "deriv", "delta", "idelta"))
_RANGE = re.compile(r"\s*\[\s*(\$__interval\b|\$\{__interval\})\s*\]")


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the variable: with a wide enough view, or a long enough least step, it may do."""
    for expression in repository.expressions:
        if expression.panel and expression.query and "__interval" in expression.located.value:
            for node in expression.query.root.walk():
                yield from _judged(expression, node)


def _judged(expression: Expression, node: Node) -> Iterator[Finding]:
    series = input_of(node) if node.name in _FUNCTIONS else None
    if series is None or series.kind != "range":
        return
    end = series.children[0].start + series.children[0].length
    found = _RANGE.match(expression.located.value, expression.start + end)
    if found:
        place = expression.located.text_place((), found.start(1), len(found.group(1)))
        message = f"{node.name}() over {found.group(1)}: zoomed in, it holds no two samples, and the graph is empty"
        fix = Fix(place, found.group(1), found.group(1).replace("__interval", "__rate_interval"))
        yield Finding(ID, SEVERITY, message, place, "write $__rate_interval: four scrapes at least", fix=fix)
