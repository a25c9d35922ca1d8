"""Uses of a series that go wrong although its name, type and unit are right: what its component warns of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import promql_parser as pq

from obsgen.components.signals import Caution
from obsgen.components.versions import within
from obsgen.findings import Finding, Severity
from obsgen.knowledge.exposure import versions_of
from obsgen.knowledge.inventory import Known
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import looks_back, matchers, selectors, with_parents
from obsgen.repository.queries.meanings import Meaning

ID = "signal/caution"
LEVEL = 4
SEVERITY = Severity.WARNING

_CHANGES = frozenset(("changes", "delta", "deriv", "increase", "irate", "rate"))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the series; the reason is in the component's signals."""
    for meaning in repository.meanings:
        if any(row.cautions for lookup in meaning.lookups for row in lookup.verdict.rows):
            for node, above in with_parents(meaning.root):
                rows = meaning.carried.rows(node) if node.kind == "selector" else ()
                yield from _judged(meaning, node, above, rows)


def _judged(meaning: Meaning, node: Node, above: tuple[Node, ...], rows: Sequence[Known]) -> Iterator[Finding]:
    cautions = {caution.text: (caution, row) for row in rows for caution in row.cautions}
    for caution, row in cautions.values():
        holds = _is_used(caution, above) and _is_asked(caution, node) and _is_titled(caution, meaning)
        if holds and _is_alone(caution, meaning, node) and _runs(caution, meaning, row):
            yield Finding(ID, SEVERITY, f"{node.name} {caution.text}", meaning.place(node), caution.hint)
            return


def _is_used(caution: Caution, above: Sequence[Node]) -> bool:
    return not caution.functions or any(each.name in caution.functions for each in above)


def _is_asked(caution: Caution, node: Node) -> bool:
    asked = {each.name: each.value for each in matchers(node) if each.op == pq.MatchOp.Equal}
    if any(each.name == caution.without for each in matchers(node)):
        return False
    return all(asked.get(label) == value for label, value in caution.match.items())


def _is_titled(caution: Caution, meaning: Meaning) -> bool:
    """Whether the alert's name, or the panel's title, speaks of what the signal does not measure."""
    if not caution.words:
        return True
    panel, rule = meaning.expression.panel, meaning.expression.rule
    title = str(panel.value.get("title", "")) if panel else rule.name if rule else ""
    plain = "".join(filter(str.isalnum, title)).lower()
    return any(word.replace(" ", "") in plain for word in caution.words)


def _is_alone(caution: Caution, meaning: Meaning, node: Node) -> bool:
    if not caution.alone:
        return True
    others = {each.name for each in selectors(meaning.root)} - {node.name}
    changing = any(each.name in _CHANGES for each in meaning.root.walk())
    return meaning.expression.kind == "alert" and not (others or looks_back(meaning.root) or changing)


def _runs(caution: Caution, meaning: Meaning, row: Known) -> bool:
    """Whether a version runs of which it is true; where it is not true of all, facts must say which one runs."""
    if not row.component or (caution.since is None and caution.until is None):
        return True
    exporter = meaning.carried.inventory.exporter(row.component)
    told = dict.fromkeys(each.versions for each in meaning.facts.deployed(row.component) if each.versions)
    return any(within(each, caution.since, caution.until) for some in told for each in versions_of(exporter, some))
