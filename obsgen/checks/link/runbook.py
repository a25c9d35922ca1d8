"""Alerts without a runbook among others that have one, and runbooks in folders that this repository does not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from obsgen.findings import Finding, Severity
from obsgen.hints import did_you_mean
from obsgen.repository import Repository
from obsgen.repository.argocd.applications import mentions
from obsgen.repository.forges import FileUrl, Mention, file_url, roots
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import Rule, distinct_rules

ID = "link/runbook"
LEVEL = 5
SEVERITY = Severity.ERROR

_KEYS = ("runbook_url", "runbook", "runbookUrl")
_MOST_WITHOUT = 0.5


def check(repository: Repository) -> Iterator[Finding]:
    """An error at a URL of this repository whose folder is not there; an information where most others have one.

    A page that its folder lacks is told by `rules/no-runbook`.
    """
    alerts = [rule for rule in distinct_rules(repository.rule_sets) if rule.is_alert]
    urls = [(text, url) for rule in alerts if (text := runbook(rule)) and (url := file_url(text.value))]
    named = [Mention(url.repository, url.path, text.file) for text, url in urls]
    known = roots([*named, *mentions(repository.applications)])
    for text, url in urls:
        if url.repository in known and not (known[url.repository] / url.path).parent.is_dir():
            yield _missing(text, url, known[url.repository])
    for set_ in repository.rule_sets:
        yield from _without([rule for rule in set_.rules if rule.is_alert])


def _without(alerts: list[Rule]) -> Iterator[Finding]:
    """The alerts of one object or file that have no runbook, if most have one."""
    found = [rule for rule in alerts if runbook(rule) is None]
    if alerts and len(found) / len(alerts) < _MOST_WITHOUT:
        yield from map(_none, found)


def runbook(rule: Rule) -> Located | None:
    """The annotation that leads to a runbook."""
    found = (rule.located.at("annotations", key) for key in _KEYS)
    return next((each for each in found if isinstance(each.value, str) and each.value), None)


def _missing(text: Located, url: FileUrl, root: Path) -> Finding:
    folder = Path(url.path).parent
    beside = (each.name for each in (root / folder).parent.glob("*") if each.is_dir())
    message = f"there is no folder {folder} in this repository"
    place = text.text_place((), text.value.index(url.path), len(str(folder)))
    return Finding(ID, SEVERITY, message, place, did_you_mean(folder.name, beside) or "correct the path")


def _none(rule: Rule) -> Finding:
    message = f"{rule.name} has no runbook, as most alerts beside it have"
    place = rule.located.place(("annotations",), key=True)
    return Finding(ID, Severity.INFO, message, place, "add the annotation runbook_url")
