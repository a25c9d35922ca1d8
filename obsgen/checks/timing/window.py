"""Windows that hold too few samples for a rate: of the interval at which the series is scraped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.promql import Node
from obsgen.promql.durations import milliseconds
from obsgen.repository import Repository
from obsgen.repository.queries.fates import scraped
from obsgen.repository.queries.lookups import Lookup
from obsgen.signalpath.monitors import Endpoint

ID = "timing/window"
LEVEL = 5
SEVERITY = Severity.ERROR

_FEW, _ENOUGH = 2, 4
_OF_GROWTH = frozenset(("delta", "deriv", "idelta", "increase", "irate", "predict_linear", "rate"))
_WINDOW = re.compile(r"\s*\[\s*(\w+)\s*\]")


def check(repository: Repository) -> Iterator[Finding]:
    """An error where two samples are not sure to be in it; a warning where one that is missing leaves a gap."""
    for lookup in repository.lookups:
        for end, text in _windows(lookup):
            found = scraped(repository, lookup)
            length = milliseconds(text)
            if found and length is not None and length < _ENOUGH * found[0]:
                yield _told(lookup, end, text, length, *found)


def _windows(lookup: Lookup) -> Iterator[tuple[int, str]]:
    """The window of a series whose growth is asked for, if it is written plainly, and where it stands."""
    query = lookup.expression.query
    if query is None or not any(_is_window(node, lookup) for node in query.root.walk()):
        return
    end = lookup.node.start + lookup.node.length
    match = _WINDOW.match(lookup.expression.located.value, lookup.expression.start + end)
    if match:
        yield match.start(1) - lookup.expression.start, match[1]


def _is_window(node: Node, lookup: Lookup) -> bool:
    """Whether a call asks for the growth of this very series."""
    ranges = [each for each in node.children if each.kind == "range"] if node.name in _OF_GROWTH else []
    return any(each.children[0] is lookup.node for each in ranges)


def _told(lookup: Lookup, at: int, text: str, length: int, interval: int, endpoint: Endpoint) -> Finding:
    severity = SEVERITY if length < _FEW * interval else Severity.WARNING
    holds = "not even two samples for sure" if severity == SEVERITY else "so few samples that one missing leaves a gap"
    message = f"{text} of {lookup.name} holds {holds}: it is scraped every {interval / 1000:g}s"
    hint = f"write {_ENOUGH * interval // 1000}s or more"
    notes = (Note("scraped here", endpoint.place),)
    return Finding(ID, severity, message, lookup.expression.place(at, len(text)), hint, notes)
