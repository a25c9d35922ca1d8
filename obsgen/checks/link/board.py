"""Links to dashboards, panels and variables that are not there, in dashboards and in annotations of alerts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Severity
from obsgen.hints import did_you_mean
from obsgen.repository import Repository
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.grafana.datasources import variables
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import distinct_rules

ID = "link/board"
LEVEL = 5
SEVERITY = Severity.ERROR

_BOARD = re.compile(r"(?:^|/)d(?:-solo)?/([A-Za-z0-9_-]+)(?:/[^?\s\"']*)?(?:\?([^\s\"']*))?")
_PANEL = re.compile(r"(?:^|&)(?:viewPanel|panelId)=(?:panel-)?(\d+)(?=&|$)")
_VARIABLE = re.compile(r"(?:^|&)var-(\w+)=")
_URLS = frozenset(("url", "dashboardUri"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error where the files surely have it otherwise; a warning at a uid that may be of a board elsewhere."""
    boards = {str(each.uid): each for each in repository.dashboards if each.uid}
    for text, uid, match in _links(repository):
        if uid in boards:
            yield from _into(text, match, boards[uid])
        elif boards:
            near = any(is_slip(uid, each) for each in boards)
            message = f"no dashboard of the files has the uid {uid}"
            place = text.text_place((), match.start(1), len(uid))
            yield Finding(ID, SEVERITY if near else Severity.WARNING, message, place, did_you_mean(uid, boards))


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Dashboards that alerts name, where no dashboard is among the files."""
    if not any(each.uid for each in repository.dashboards):
        for text, uid, _ in _links(repository):
            yield Assumption(f"Grafana has a dashboard with the uid {uid}", text.place())


def _links(repository: Repository) -> Iterator[tuple[Located, str, re.Match[str]]]:
    texts = [text for board in repository.dashboards for text in _urls(board.located)]
    rules = distinct_rules(repository.rule_sets)
    texts += [text for rule in rules if rule.is_alert for text in rule.strings("annotations")]
    for text in texts:
        match = _BOARD.search(text.value)
        if match:
            yield text, match[1], match


def _urls(part: Located) -> Iterator[Located]:
    if isinstance(part.value, list):
        for item in part.items():
            yield from _urls(item)
    elif isinstance(part.value, dict):
        for key, value in part.value.items():
            if key in _URLS and isinstance(value, str):
                yield part.at(key)
            elif key != "targets":
                yield from _urls(part.at(key))


def _into(text: Located, match: re.Match[str], board: Dashboard) -> Iterator[Finding]:
    """Panels and variables of a board that a link names."""
    note = (Note("the board", board.located.place(("uid",))),)
    query, start = match[2] or "", match.start(2)
    panels = {each.value.get("id") for each in board.panels()}
    for panel in _PANEL.finditer(query):
        if int(panel[1]) not in panels:
            place = text.text_place((), start + panel.start(1), len(panel[1]))
            message = f"dashboard {board.uid} has no panel with the id {panel[1]}"
            yield Finding(ID, SEVERITY, message, place, "open the panel and take its id from the address", note)
    known = variables(board)
    for variable in _VARIABLE.finditer(query):
        near = next((each for each in known if is_slip(variable[1], each)), None)
        if variable[1] not in known and near:
            place = text.text_place((), start + variable.start(1), len(variable[1]))
            message = f"dashboard {board.uid} has no variable {variable[1]}: the link does not set it"
            yield Finding(ID, Severity.WARNING, message, place, f"did you mean {near!r}?", note)
