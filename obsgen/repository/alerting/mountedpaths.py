"""Paths at which the operator mounts Secrets and ConfigMaps, where configurations name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from obsgen.repository.alerting.alerts import OPERATOR
from obsgen.repository.alerting.destinations import Destination
from obsgen.repository.keyrefs import CONFIG_MAP, SECRET, KeyReference
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.repository import Repository
from obsgen.repository.scopes import Scope

_PATH = re.compile(r"/etc/(alertmanager|prometheus)/(secrets|configmaps)/([^/\s]+)/([^/\s]+)")
_KINDS = {"secrets": SECRET, "configmaps": CONFIG_MAP}
_FIELDS = {SECRET: "secrets", CONFIG_MAP: "configMaps"}


@dataclass(frozen=True, eq=False)
class MountedPath:
    """A path in a configuration: what it needs, the server that must mount it, and whether that does."""

    reference: KeyReference
    server: KubeObject
    scope: Scope
    is_mounted: bool

    @property
    def field(self) -> str:
        """The list of the server's `spec` that mounts it."""
        return _FIELDS[self.reference.kind]


def mounted(repository: Repository) -> Iterator[MountedPath]:
    """Every such path in what Alertmanager and Prometheus objects read."""
    for destination in repository.alerting.destinations:
        if destination.owner and destination.scope:
            yield from _of_alertmanager(destination, destination.owner, destination.scope)
    for scope in repository.scopes.all:
        for server in scope.of(OPERATOR, "Prometheus"):
            yield from _paths(server.located.at("spec"), server, scope)


def _of_alertmanager(destination: Destination, server: KubeObject, scope: Scope) -> Iterator[MountedPath]:
    for part in destination.parts:
        if part.is_native:
            yield from _paths(part.located, server, scope)


@dataclass(frozen=True, eq=False)
class ValuesPath:
    """A path in values of kube-prometheus-stack that no values mount: `name` is of a Secret or ConfigMap."""

    part: Located
    name: str
    kind: str
    field: str
    spec: str
    """The field of the values whose list would mount it."""


_OF_VALUES = (
    ("alertmanager", ("alertmanager", "config"), ("alertmanager", "alertmanagerSpec")),
    ("prometheus", ("prometheus", "prometheusSpec"), ("prometheus", "prometheusSpec")),
)


def unmounted_by_values(repository: Repository) -> Iterator[ValuesPath]:
    """Such paths; one release may have several files of values, so that any of them may mount it."""
    for program, config, spec in _OF_VALUES:
        specs = [values.at(*spec) for values in repository.chart_values]
        mounts = [str(each.at("mountPath").value) for one in specs for each in one.at("volumeMounts").items()]
        for part, match in (each for values in repository.chart_values for each in _matches(values.at(*config))):
            kind, name = _KINDS[match[2]], match[3]
            listed = {str(each.value) for one in specs for each in one.at(_FIELDS[kind]).items()}
            covered = any(match[0].startswith(f"{each}/") for each in mounts)
            if match[1] == program and name not in listed and not covered:
                yield ValuesPath(part, name, kind, _FIELDS[kind], ".".join(spec))


def _matches(part: Located) -> Iterator[tuple[Located, re.Match[str]]]:
    if isinstance(part.value, dict):
        for key in part.value:
            yield from _matches(part.at(key))
    elif isinstance(part.value, list):
        for item in part.items():
            yield from _matches(item)
    elif isinstance(part.value, str) and (match := _PATH.fullmatch(part.value)):
        yield part, match


def _paths(part: Located, server: KubeObject, scope: Scope) -> Iterator[MountedPath]:
    for found, match in _matches(part):
        yield from _path(match, found, server, scope)


def _path(match: re.Match[str], part: Located, server: KubeObject, scope: Scope) -> Iterator[MountedPath]:
    program, folder, name, key = match.groups()
    spec = server.located.at("spec")
    mounts = [str(each.at("mountPath").value) for each in spec.at("volumeMounts").items()]
    if program == server.kind.lower() and not any(part.value.startswith(f"{each}/") for each in mounts):
        kind = _KINDS[folder]
        reference = KeyReference(kind, server.namespace, name, key, part, part, server)
        listed = spec.at(_FIELDS[kind]).value
        yield MountedPath(reference, server, scope, isinstance(listed, list) and name in listed)
