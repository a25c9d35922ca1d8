"""Templates that use a label which the alert's expression surely dropped: the text comes out empty."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql.labels import Labels, labels_of
from obsgen.promql.template import read_template
from obsgen.repository import Repository
from obsgen.repository.queries.rules import Rule

ID = "promql/label-lost"
LEVEL = 3
SEVERITY = Severity.ERROR

_NOT_OF_SERIES = frozenset(("alertname", "severity"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the label's name; labels that might be there are not told of."""
    for expression in repository.expressions:
        if expression.kind == "alert" and expression.query and expression.rule:
            yield from _alert(expression.rule, labels_of(expression.query.root))


def _alert(rule: Rule, labels: Labels) -> Iterator[Finding]:
    for field in ("labels", "annotations"):
        for text in rule.strings(field):
            for use in read_template(text.value).uses:
                if labels.lacks(use.label):
                    place = text.text_place((), use.start, len(use.label))
                    message = f"$labels.{use.label} is always empty: the expression {_kept(labels)}"
                    yield Finding(ID, SEVERITY, message, place, _hint(use.label))


def _kept(labels: Labels) -> str:
    if labels.only is None:
        return "drops it"
    return f"keeps {', '.join(sorted(labels.only))} only" if labels.only else "keeps no labels"


def _hint(label: str) -> str:
    if label in _NOT_OF_SERIES:
        return "$labels holds the labels of the series, not those that the rule adds: write the text itself"
    return f"add {label} to the by (…) of the aggregation, or remove it from the text"
