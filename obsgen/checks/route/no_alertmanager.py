"""Prometheus servers that send their alerts nowhere, or to a Service that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.findings import Finding, Note, Severity
from obsgen.hints import closest
from obsgen.repository import Repository
from obsgen.repository.alerting.alerts import OPERATOR
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.scopes import Scope, Scopes
from obsgen.source import Route

ID = "route/no-alertmanager"
LEVEL = 5
SEVERITY = Severity.ERROR

_OF_OPERATOR = "alertmanager-operated"
"""The Service that the operator makes in the namespace of every Alertmanager."""
_ALERTING = ("spec", "alerting", "alertmanagers")
_ELSEWHERE = ("additionalAlertManagerConfigs",)


def check(repository: Repository) -> Iterator[Finding]:
    """An error where an Alertmanager is among the files, or a port is surely wrong; else a warning."""
    if not repository.alerting.alerts:
        return
    for scope in repository.scopes.all:
        for server in scope.of(OPERATOR, "Prometheus"):
            yield from _server(server, scope, repository.scopes)
    yield from _files(repository)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Services of Alertmanagers that are not among the files."""
    for scope in repository.scopes.all:
        for server in scope.of(OPERATOR, "Prometheus"):
            for each in server.located.at(*_ALERTING).items():
                if each.at("name").value and not _answered(each, server, scope, repository.scopes):
                    text = f"an Alertmanager answers at Service {_namespace(each, server)}/{each.at('name').value}"
                    yield Assumption(text, each.place(("name",)))


def _server(server: KubeObject, scope: Scope, scopes: Scopes) -> Iterator[Finding]:
    spec = server.located.at("spec")
    if not isinstance(spec.value, dict):
        return
    named = server.located.at(*_ALERTING).items()
    running = scopes.near(scope, OPERATOR, "Alertmanager")
    if not named and not any(map(spec.value.get, _ELSEWHERE)) and not scopes.near(scope, OPERATOR, "ThanosRuler"):
        yield _nowhere(f"{server} sends alerts nowhere", spec, ("alerting",), running)
    for each in named:
        yield from _one(each, server, running, _services(each, server, scope, scopes))


def _nowhere(what: str, spec: Located, route: Route, running: list[KubeObject]) -> Finding:
    severity = SEVERITY if running else Severity.WARNING
    beside = f", though {running[0]} is there" if running else ""
    namespace = f", namespace: {running[0].namespace}" if running and running[0].namespace else ""
    hint = f"add spec.alerting: {{alertmanagers: [{{name: {_OF_OPERATOR}{namespace}, port: web}}]}}"
    notes = tuple(Note(f"{one} waits for alerts", one.located.place(("metadata", "name"))) for one in running[:1])
    return Finding(ID, severity, f"{what}{beside}", spec.place(route, key=True), hint, notes)


def _namespace(named: Located, server: KubeObject) -> str:
    return str(named.at("namespace").value or server.namespace)


def _services(named: Located, server: KubeObject, scope: Scope, scopes: Scopes) -> list[KubeObject]:
    wanted = str(named.at("name").value)
    found = scopes.anywhere(scope, "", "Service")
    return [each for each in found if each.name == wanted and each.namespace in ("", _namespace(named, server))]


def _answered(named: Located, server: KubeObject, scope: Scope, scopes: Scopes) -> bool:
    """Whether the Service is among the files, or made by the operator for an Alertmanager that is."""
    there = {each.namespace for each in scopes.near(scope, OPERATOR, "Alertmanager")}
    operated = named.at("name").value == _OF_OPERATOR and _namespace(named, server) in there
    return operated or bool(_services(named, server, scope, scopes))


def _one(
    named: Located, server: KubeObject, running: list[KubeObject], services: list[KubeObject]
) -> Iterator[Finding]:
    name, namespace = str(named.at("name").value), _namespace(named, server)
    there = [each for each in running if each.namespace == namespace]
    ports = {port for each in services for port in _ports(each)}
    if not services and name == _OF_OPERATOR:
        ports = {str(each.located.at("spec", "portName").value or "web") for each in there}
    elif not services and there:
        near = closest(name, [_OF_OPERATOR]) or _OF_OPERATOR
        message = f"no Service {namespace}/{name} is among the files, and the operator makes none of that name"
        note = Note(f"{there[0]} is there", there[0].located.place(("metadata", "name")))
        yield Finding(ID, Severity.WARNING, message, named.place(("name",)), f"write name: {near}", (note,))
    port = named.at("port").value
    if ports and isinstance(port, str) and port not in ports:
        message = f"Service {namespace}/{name} has no port named {port}: no alert gets there"
        yield Finding(ID, SEVERITY, message, named.place(("port",)), f"it has {', '.join(sorted(ports))}")


def _ports(service: KubeObject) -> Iterator[str]:
    for each in service.located.at("spec", "ports").items():
        yield from (str(each.at(key).value) for key in ("name", "port") if each.at(key).value)


def _files(repository: Repository) -> Iterator[Finding]:
    """Configuration files that load rules, and name no Alertmanager."""
    configured = [each for each in repository.alertmanagers if each.is_native and not each.broken]
    for config in repository.prometheus_configs:
        located = config.located
        if not config.is_list and located.at("rule_files").value and not located.at("alerting", "alertmanagers").value:
            severity = SEVERITY if configured else Severity.WARNING
            message = "this Prometheus loads rules and sends alerts nowhere"
            hint = "add alerting: {alertmanagers: [{static_configs: [{targets: [HOST:9093]}]}]}"
            yield Finding(ID, severity, message, located.place(("alerting",), key=True), hint)
