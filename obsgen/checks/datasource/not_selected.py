"""Objects of the Grafana operator that no Grafana takes, and folders that they name and nobody makes."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Severity
from obsgen.hints import did_you_mean
from obsgen.repository import Repository
from obsgen.repository.grafana.datasources import GROUP, labels_of
from obsgen.repository.objects import KubeObject
from obsgen.repository.scopes import Scope, Scopes
from obsgen.signalpath.selectors import same, selects, unmet

ID = "datasource/not-selected"
LEVEL = 5
SEVERITY = Severity.ERROR

_KINDS = (
    *("GrafanaDashboard", "GrafanaDatasource", "GrafanaFolder", "GrafanaAlertRuleGroup", "GrafanaContactPoint"),
    *("GrafanaLibraryPanel", "GrafanaNotificationPolicy"),
)


def check(repository: Repository) -> Iterator[Finding]:
    """An error where the Grafanas of the files surely leave an object out; a warning for a folder that is not there."""
    for scope in repository.scopes.all:
        for kind in _KINDS:
            for object_ in scope.of(GROUP, kind):
                running = repository.scopes.near(scope, GROUP, "Grafana")
                yield from _instance(object_, running)
                yield from _folder(object_, scope, repository.scopes)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Objects for a Grafana that is not among the files."""
    for scope in repository.scopes.all:
        if not repository.scopes.near(scope, GROUP, "Grafana"):
            for object_ in (each for kind in _KINDS for each in scope.of(GROUP, kind)):
                yield Assumption(f"a Grafana takes {object_}", object_.located.place(("metadata", "name")))


def _instance(object_: KubeObject, running: list[KubeObject]) -> Iterator[Finding]:
    selector = object_.located.at("spec", "instanceSelector").value
    if not running or not isinstance(selector, dict):
        return
    chosen = [each for each in running if selects(selector, labels_of(each))]
    if not chosen:
        wanted = ", ".join(map(str, unmet(selector, labels_of(running[0]))))
        message = f"no Grafana takes {object_}: none has {wanted}"
        place = object_.located.place(("spec", "instanceSelector"), key=True)
        labels = ", ".join(f"{name}={value}" for name, value in labels_of(running[0]).items())
        hint = f"{running[0]} has {labels or 'no labels'}"
        yield Finding(ID, SEVERITY, message, place, hint, (_note(running[0]),))
    elif _is_across(object_, chosen):
        message = f"{object_} and {chosen[0]} are in different namespaces, so it is left out"
        place = object_.located.place(("spec", "instanceSelector"), key=True)
        yield Finding(ID, SEVERITY, message, place, "add allowCrossNamespaceImport: true", (_note(chosen[0]),))


def _is_across(object_: KubeObject, chosen: list[KubeObject]) -> bool:
    allowed = object_.located.at("spec", "allowCrossNamespaceImport").value is True
    return not allowed and all(same(each.namespace, object_.namespace) is False for each in chosen)


def _note(grafana: KubeObject) -> Note:
    return Note(f"the labels of {grafana}", grafana.located.place(("metadata", "labels"), key=True))


def _folder(object_: KubeObject, scope: Scope, scopes: Scopes) -> Iterator[Finding]:
    wanted = object_.located.at("spec", "folderRef")
    folders = scopes.anywhere(scope, GROUP, "GrafanaFolder")
    names = sorted({each.name for each in folders if same(each.namespace, object_.namespace) is not False})
    if isinstance(wanted.value, str) and names and wanted.value not in names:
        severity = SEVERITY if any(is_slip(wanted.value, each) for each in names) else Severity.WARNING
        message = f"no GrafanaFolder {wanted.value} is among the files: {object_} waits for it"
        hint = did_you_mean(wanted.value, names) or f"there are {', '.join(names)}"
        yield Finding(ID, severity, message, wanted.place(), hint)
