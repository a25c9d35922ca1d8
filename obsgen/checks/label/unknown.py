"""Labels that a series never has: in matchers, in by (…) and on (…), in the templates of alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsgen.findings import Finding, Place, Severity
from obsgen.promql import Node
from obsgen.promql.labels import asked_of
from obsgen.promql.template import read_template
from obsgen.repository import Repository
from obsgen.repository.queries.asked import grouped_by, joined_on, place_of_matcher, selectors, wanted
from obsgen.repository.queries.meanings import Meaning
from obsgen.repository.queries.naming import alike, title

ID = "label/unknown"
LEVEL = 4
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error where facts say what runs; else a warning. Labels that scraping may add are not told of."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            yield from _matchers(meaning, node)
            yield from _groups(meaning, node)
        yield from _templates(meaning)


def _matchers(meaning: Meaning, node: Node) -> Iterator[Finding]:
    labels = meaning.carried.may(node) if node.kind == "selector" else None
    for label in wanted(node) if labels else ():
        if labels and labels.lacks(label):
            place = place_of_matcher(meaning, node, label)
            if asked_of(node).lacks(label):
                message = f"{label} is asked to have a value, and to have none: this finds nothing"
                yield Finding(
                    ID, SEVERITY, message, place, f'leave out one of the two matchers of {label}, such as =""'
                )
            else:
                yield _finding(meaning, [node], label, place, "this finds nothing")


def _groups(meaning: Meaning, node: Node) -> Iterator[Finding]:
    """Labels that an aggregation keeps, or a join compares, and that the series of a side have never had."""
    labels = grouped_by(node) if node.kind == "aggregate" else joined_on(node) or [] if node.kind == "binary" else []
    outcome = "it groups nothing" if node.kind == "aggregate" else "it is compared with nothing"
    sides = node.children[-1:] if node.kind == "aggregate" else node.children
    for label in labels:
        for side in sides:
            if meaning.carried.lost(side, label):
                yield _finding(meaning, selectors(side), label, meaning.place(node), outcome)


def _templates(meaning: Meaning) -> Iterator[Finding]:
    rule = meaning.expression.rule if meaning.expression.kind == "alert" else None
    for field in ("labels", "annotations"):
        for text in rule.strings(field) if rule else ():
            for use in read_template(text.value).uses if "{{" in text.value else ():
                if meaning.carried.lost(meaning.root, use.label):
                    place = text.text_place((), use.start, len(use.label))
                    yield _finding(meaning, selectors(meaning.root), use.label, place, "the text is empty there")


def _finding(meaning: Meaning, nodes: Iterable[Node], label: str, place: Place, outcome: str) -> Finding:
    node = next(each for each in nodes if meaning.carried.may(each).lacks(label))
    rows = meaning.carried.rows(node)
    if not rows:
        message = f"{node.name} is recorded without the label {label}: {outcome}"
        return Finding(ID, SEVERITY, message, place, f"keep {label} in the by (…) of the rule that records it")
    known = sorted({each for row in rows for each in row.labels})
    hint = alike(label, known) or f"it has {', '.join(known[:8])}" if known else "it has those of its target alone"
    severity = SEVERITY if meaning.facts.deployed(rows[0].component) else Severity.WARNING
    message = f"{node.name} of {title(meaning.carried.inventory, rows[0])} has no label {label}: {outcome}"
    return Finding(ID, severity, message, place, hint)
