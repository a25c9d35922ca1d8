"""Receivers that no route names."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.alerting.destinations import is_meant_silent

ID = "route/unused-receiver"
LEVEL = 5
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the receiver's name; one whose name says that it tells nobody may lie idle."""
    for configuration in repository.alertmanagers:
        if configuration.root and not configuration.broken:
            yield from _of(configuration)


def _of(configuration: Configuration) -> Iterator[Finding]:
    used = {name for route in configuration.routes() if (name := route.value.get("receiver"))}
    listed = configuration.located.at("receivers").items()
    if not used <= {each.at("name").value for each in listed}:
        return  # a misspelt name explains it, and is told of itself
    for receiver in listed:
        name = receiver.at("name").value
        if isinstance(name, str) and name and name not in used and not is_meant_silent(receiver):
            message = f"no route names receiver '{name}': it is never told anything"
            yield Finding(ID, SEVERITY, message, receiver.place(("name",)), "add a route to it, or remove it")
