"""Matchers on `le` that ask for an edge which the histogram has not, or for one of its two spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import promql_parser as pq

from obsgen.findings import Finding, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.asked import matchers
from obsgen.repository.queries.lookups import Lookup
from obsgen.units import number_text

ID = "histogram/edge"
LEVEL = 4
SEVERITY = Severity.ERROR

_INFINITE = "+Inf"


def check(repository: Repository) -> Iterator[Finding]:
    """An error for an edge that no version has; a warning for a whole number without its `.0`, or with it."""
    for lookup in repository.lookups:
        known = [row.buckets for row in lookup.verdict.rows if row.part == "_bucket"]
        if known and all(known):
            edges = sorted({edge for buckets in known for edge in buckets})
            for matcher in matchers(lookup.node):
                if matcher.name == "le" and "$" not in matcher.value:
                    yield from _judged(lookup, matcher, edges)


def _judged(lookup: Lookup, matcher: pq.Matcher, edges: Sequence[float]) -> Iterator[Finding]:
    spelt = [text for edge in edges for text in _spellings(edge)]
    if matcher.op == pq.MatchOp.Equal and matcher.value not in (*spelt, _INFINITE):
        message = f'{lookup.name} has no bucket le="{matcher.value}": this finds nothing'
        yield Finding(ID, SEVERITY, message, _place(lookup), f"its edges: {_listed(edges)}")
    elif matcher.op == pq.MatchOp.Re and not _fits(matcher.value, (*spelt, _INFINITE)):
        message = f'no bucket of {lookup.name} fits le=~"{matcher.value}": this finds nothing'
        yield Finding(ID, SEVERITY, message, _place(lookup), f"its edges: {_listed(edges)}")
    elif matcher.op == pq.MatchOp.Equal and matcher.value.isdigit():
        message = f'le="{matcher.value}" is stored as "{matcher.value}.0" by Prometheus 3 and by some exporters'
        yield Finding(ID, Severity.WARNING, message, _place(lookup), f'le=~"{matcher.value}(\\\\.0)?" finds both')


def _spellings(edge: float) -> list[str]:
    """How exporters in Go, and how those in Python and Prometheus 3, write an edge."""
    return [number_text(edge), f"{number_text(edge)}.0"] if edge.is_integer() else [number_text(edge)]


def _fits(pattern: str, texts: Sequence[str]) -> bool:
    """Whether a pattern takes one of the texts; one that only Go reads may."""
    try:
        return any(re.fullmatch(pattern, text) for text in texts)
    except re.error:
        return True


def _place(lookup: Lookup) -> Place:
    text = lookup.expression.query.text if lookup.expression.query else ""
    found = re.compile(r"\ble\s*=").search(text, lookup.node.start)
    return lookup.expression.place(found.start() if found else lookup.node.start, 2)


def _listed(edges: Sequence[float]) -> str:
    return ", ".join(map(number_text, edges))
