"""AlertmanagerConfig objects that no Alertmanager selects: their routes are never loaded."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import RESOURCE
from obsgen.repository.alerting.alerts import OPERATOR
from obsgen.repository.alerting.destinations import labels_of, selects_config
from obsgen.repository.objects import KubeObject
from obsgen.repository.scopes import Scope, Scopes
from obsgen.signalpath.selectors import unmet

ID = "route/not-selected"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the object's name if every Alertmanager of the files surely leaves it out."""
    for scope in repository.scopes.all:
        for config in scope.of(*RESOURCE):
            yield from _of(config, scope, repository.scopes)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Objects for an Alertmanager that is not among the files."""
    for scope in repository.scopes.all:
        if not repository.scopes.near(scope, OPERATOR, "Alertmanager"):
            for config in scope.of(*RESOURCE):
                yield Assumption(f"an Alertmanager selects {config}", config.located.place(("metadata", "name")))


def _of(config: KubeObject, scope: Scope, scopes: Scopes) -> Iterator[Finding]:
    running = scopes.near(scope, OPERATOR, "Alertmanager")
    namespaces = scopes.anywhere(scope, "", "Namespace")
    named = any(_names(each, config) for each in running)
    if running and not named and all(selects_config(each, config, namespaces) is False for each in running):
        message = f"no Alertmanager loads {config}: nobody is told of what it routes"
        notes = tuple(_note(each) for each in running)
        place = config.located.place(("metadata", "name"))
        yield Finding(ID, SEVERITY, message, place, _hint(running[0], config), notes)


def _names(alertmanager: KubeObject, config: KubeObject) -> bool:
    return bool(alertmanager.located.at("spec", "alertmanagerConfiguration", "name").value == config.name)


def _hint(alertmanager: KubeObject, config: KubeObject) -> str:
    selector = alertmanager.located.at("spec", "alertmanagerConfigSelector").value
    wanted = ", ".join(map(str, unmet(selector, labels_of(config))))
    if selector is None:
        return f"write alertmanagerConfigSelector: {{}} in {alertmanager}"
    return (
        f"it selects {wanted}: give the object these labels"
        if wanted
        else f"{alertmanager} looks into other namespaces: see its alertmanagerConfigNamespaceSelector"
    )


def _note(alertmanager: KubeObject) -> Note:
    place = alertmanager.located.place(("spec", "alertmanagerConfigSelector"), key=True)
    return Note(f"what {alertmanager} selects", place)
