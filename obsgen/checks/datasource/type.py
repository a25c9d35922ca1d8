"""Queries for one kind of datasource that go to another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.grafana.datasources import Grafanas, Use, variables

ID = "datasource/type"
LEVEL = 5
SEVERITY = Severity.ERROR

_PROMETHEUS = re.compile(r"prometheus|grafana-\w+prometheus-datasource")


def check(repository: Repository) -> Iterator[Finding]:
    """An error where a dashboard says one type, and the datasource or the variable that it names has another."""
    found = repository.grafanas
    for use in found.uses:
        if use.type:
            yield from _named(use, found)
            yield from _chosen(use)


def _named(use: Use, found: Grafanas) -> Iterator[Finding]:
    meant = found.named(use) if use.names_one else []
    if meant and not any(_fits(use.type, each.type) for each in meant):
        message = f"datasource {use.wanted} has the type {meant[0].type}, and is asked as {use.type}"
        note = Note(f"datasource {meant[0].name}", meant[0].located.place(("type",)))
        yield Finding(ID, SEVERITY, message, use.located.place(), f"name one of type {use.type}", (note,))


def _chosen(use: Use) -> Iterator[Finding]:
    variable = variables(use.board).get(use.variable)
    if variable is None or variable.at("type").value != "datasource":
        return
    offered = variable.at("query").value
    if isinstance(offered, str) and offered and not _fits(use.type, offered):
        message = f"variable {use.variable} offers datasources of type {offered}, and is asked as {use.type}"
        note = Note(f"variable {use.variable}", variable.place(("query",)))
        yield Finding(ID, SEVERITY, message, use.located.place(), f"use a variable of type {use.type}", (note,))


def _fits(asked: str, there: str) -> bool:
    """Whether a datasource understands what is asked; cloud providers have forks of Prometheus' plugin."""
    return asked == there or not there or "$" in asked or all(_PROMETHEUS.fullmatch(each) for each in (asked, there))
