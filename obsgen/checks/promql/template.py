"""Templates in the labels and annotations of alerts that Prometheus cannot expand."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql.template import read_template
from obsgen.repository import Repository

ID = "promql/template"
LEVEL = 3
SEVERITY = Severity.ERROR

_MOST = 10
"""Problems of one template that are told; the first ones mostly cause the others."""


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the spot: such a template drops the whole object, or puts an error text into the page."""
    for rule in (rule for set_ in repository.rule_sets for rule in set_.rules if rule.is_alert):
        for field in ("labels", "annotations"):
            for text in rule.strings(field):
                for problem in read_template(text.value).problems[:_MOST]:
                    place = text.text_place((), problem.start, problem.length)
                    yield Finding(ID, SEVERITY, problem.message, place, problem.hint)
