"""Matchers that ask for a value which the label never has at the versions that run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import promql_parser as pq

from obsgen.components.signals import LabelValue
from obsgen.components.versions import within
from obsgen.findings import Finding, Severity
from obsgen.knowledge.exposure import versions_of
from obsgen.knowledge.inventory import Inventory, Known
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.naming import alike, title, told

ID = "signal/no-such-value"
LEVEL = 4
SEVERITY = Severity.ERROR

_EQUAL, _LIKE = pq.MatchOp.Equal, pq.MatchOp.Re


def check(repository: Repository) -> Iterator[Finding]:
    """An error where no row of the series has a value that the matcher takes; values with variables are not judged."""
    for lookup in repository.lookups:
        for matcher in _wanting(lookup.node):
            rows = [row for row in lookup.verdict.rows if matcher.name in row.values]
            faults = [_fault(repository.inventory, lookup, row, matcher) for row in rows]
            if faults and all(faults):
                message, hint = next(fault for fault in faults if fault)
                yield told(ID, SEVERITY, message, lookup, hint)


def _wanting(node: Node) -> list[pq.Matcher]:
    """The matchers that demand some value, with nothing of Grafana's in it."""
    found = node.raw.matchers.matchers if isinstance(node.raw, pq.VectorSelector) else []
    wanting = (each for each in found if each.op in (_EQUAL, _LIKE) and each.value)
    return [each for each in wanting if "$" not in each.value and "[[" not in each.value]


def _fault(inventory: Inventory, lookup: Lookup, row: Known, matcher: pq.Matcher) -> tuple[str, str] | None:
    """Message and hint, if none of the label's values that there are is taken."""
    values, versions = row.values[matcher.name], _versions(inventory, lookup, row)
    if any(_takes(matcher, value.value) for value in values if _exists(value, versions)):
        return None
    what = f'{matcher.name}="{matcher.value}"'
    later = next((value for value in values if _takes(matcher, value.value)), None)
    if later is None:
        known = [value.value for value in values]
        return f"{lookup.name} never has {what}", alike(matcher.value, known) or f"it has {', '.join(known[:8])}"
    since = f"that begins with {later.since}" if later.since else f"that ended with {later.until}"
    who = " and ".join((f"{title(inventory, row)} {version}".strip()) for version in versions)
    return f"{who} has no {what} of {lookup.name}: {since}", ""


def _versions(inventory: Inventory, lookup: Lookup, row: Known) -> list[str]:
    """The versions that run; the newest known where nobody says which."""
    if not row.component:
        return [""]
    running = dict.fromkeys(one.versions for one in lookup.facts.deployed(row.component)) or [()]
    found = [version for each in running for version in versions_of(inventory.exporter(row.component), each)]
    return list(dict.fromkeys(found))


def _exists(value: LabelValue, versions: Sequence[str]) -> bool:
    return any(not version or within(version, value.since, value.until) for version in versions)


def _takes(matcher: pq.Matcher, value: str) -> bool:
    if matcher.op == _EQUAL:
        return bool(value == matcher.value)
    try:
        return re.fullmatch(matcher.value, value) is not None
    except re.error:
        return True  # it is told of elsewhere, or only Go reads it
