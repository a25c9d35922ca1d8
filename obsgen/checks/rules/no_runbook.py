"""Runbooks that are not where alerts say, though their folder is here."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.hints import closest
from obsgen.repository import Repository
from obsgen.repository.alerting.runbooks import Runbook, runbook_of
from obsgen.repository.queries.rules import distinct_rules

ID = "rules/no-runbook"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error if other alerts lead to pages of the same folder; else a warning: it may be of another repository."""
    rules = distinct_rules(repository.rule_sets)
    found = [(rule, book) for rule in rules if rule.is_alert and (book := runbook_of(rule))]
    homes = {book.home for _, book in found if book.page}
    for rule, book in found:
        if book.folder:
            yield _missing(rule.name, book, book.home in homes)


def _missing(alert: str, book: Runbook, is_sure: bool) -> Finding:
    name = book.url.rpartition("/")[2].partition("#")[0]
    pages = sorted(page.name for page in book.folder.glob("*.md")) if book.folder else []
    near = closest(name, pages)
    severity = SEVERITY if is_sure else Severity.WARNING
    folder = book.folder.name if book.folder else ""
    message = f"the runbook of {alert} is not there: {folder} has no {name}"
    hint = f"did you mean {near}?" if near else f"write {folder}/{name}, or name another page"
    return Finding(ID, severity, message, book.located.place(), hint)
