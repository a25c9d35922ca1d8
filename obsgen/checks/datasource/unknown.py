"""Dashboards that ask a datasource which their Grafana does not have."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Severity
from obsgen.hints import did_you_mean
from obsgen.repository import Repository
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.grafana.datasources import Datasource, Grafanas, Use, tree_of, variables
from obsgen.repository.objects import Located

ID = "datasource/unknown"
LEVEL = 5
SEVERITY = Severity.ERROR

_OF_CHART = {"alertmanager", "prometheus"}
"""The uids that kube-prometheus-stack gives datasources of its own."""


def check(repository: Repository) -> Iterator[Finding]:
    """An error if a near one is there, or the Grafana is among the files; else a warning."""
    found = repository.grafanas
    for use in found.uses:
        if use.names_one and found.known(use.board) and not found.named(use):
            yield _finding(use, found)
    for one in found.datasources:
        yield from _leads_nowhere(one, found, bool(repository.chart_values))
    for rules in (each for each in repository.objects if each.kind == "GrafanaAlertRuleGroup"):
        yield from _asks_nobody(rules.located.at("spec", "rules"), found)
    for board in filter(found.knows_all, found.boards):
        for name, wanted in _offer_nothing(board, found):
            message = f"variable {name} offers nothing: no datasource of the files has the type {wanted.value}"
            hint = f"types that are there: {', '.join(sorted(_types(board, found)))}"
            yield Finding(ID, Severity.WARNING, message, wanted.place(), hint)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Datasources of a Grafana that is not among the files."""
    found = repository.grafanas
    for use in found.uses:
        if use.names_one and not found.known(use.board):
            yield Assumption(f"Grafana has a datasource {use.wanted}", use.located.place())
    for board in found.boards:
        if not found.knows_all(board):
            for _, wanted in _offer_nothing(board, found):
                yield Assumption(f"Grafana has a datasource of type {wanted.value}", wanted.place())


def _types(board: Dashboard, found: Grafanas) -> set[str]:
    return {each.type for each in found.known(board)}


def _offer_nothing(board: Dashboard, found: Grafanas) -> Iterator[tuple[str, Located]]:
    """Variables that choose among datasources of a type that the files do not have: their names, and the type."""
    types = _types(board, found)
    for name, variable in variables(board).items():
        wanted = variable.at("query")
        chooses = variable.at("type").value == "datasource" and isinstance(wanted.value, str)
        if chooses and types and wanted.value not in types:
            yield name, wanted


def _finding(use: Use, found: Grafanas) -> Finding:
    known = found.known(use.board)
    names = sorted({text for each in known for text in (each.uid, each.name) if text})
    near = any(is_slip(use.wanted, each) for each in names)
    severity = SEVERITY if near or found.is_there else Severity.WARNING
    message = f"no datasource of the files has the uid or name {use.wanted}"
    hint = did_you_mean(use.wanted, names) or f"there are {', '.join(names)}"
    notes = tuple(Note(f"datasource {each.name}", each.located.place(("name",))) for each in known[:3])
    return Finding(ID, severity, message, use.located.place(), hint, notes)


def _leads_nowhere(one: Datasource, found: Grafanas, by_chart: bool) -> Iterator[Finding]:
    """Links of a datasource, from traces to logs and the like, to a uid that no datasource has."""
    known = [each for each in found.datasources if each.tree == one.tree]
    uids = {each.uid or each.name for each in known} | (_OF_CHART if by_chart else set())
    for link in _links(one.located.at("jsonData")):
        near = any(is_slip(link.value, each) for each in uids)
        if link.value in uids or "$" in link.value or not (near or found.is_there):
            continue
        message = f"datasource {one.name} leads to {link.value}, and no datasource of the files has that uid"
        hint = did_you_mean(link.value, sorted(uids)) or f"there are {', '.join(sorted(uids))}"
        yield Finding(ID, Severity.WARNING, message, link.place(), hint)


def _asks_nobody(rules: Located, found: Grafanas) -> Iterator[Finding]:
    """Queries of Grafana's own alerts for a uid that no datasource has."""
    known = [each for each in found.datasources if each.tree == tree_of(rules.file)]
    uids = sorted({each.uid or each.name for each in known})
    for asked in (data.at("datasourceUid") for rule in rules.items() for data in rule.at("data").items()):
        wanted = str(asked.value or "")
        near = any(is_slip(wanted, each) for each in uids)
        if uids and wanted and wanted not in (*uids, "__expr__", "-100") and (near or found.is_there):
            message = f"this alert asks {wanted}, and no datasource of the files has that uid"
            hint = did_you_mean(wanted, uids) or f"there are {', '.join(uids)}"
            yield Finding(ID, SEVERITY if near else Severity.WARNING, message, asked.place(), hint)


def _links(part: Located) -> Iterator[Located]:
    if isinstance(part.value, dict):
        for key in part.value:
            if key == "datasourceUid" and isinstance(part.value[key], str) and part.value[key]:
                yield part.at(key)
            else:
                yield from _links(part.at(key))
    elif isinstance(part.value, list):
        for item in part.items():
            yield from _links(item)
