"""Cases of route tables beside the configuration that they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obsgen.repository.alerting.alertmanagers import Configuration, RouteTable, in_objects, in_values
from obsgen.repository.objects import Located
from obsgen.repository.repository import Repository
from obsgen.signalpath.resources import combined


@dataclass(frozen=True, eq=False)
class Case:
    """One case: labels of an alert, the receivers that it must reach, and the configuration that decides."""

    located: Located
    labels: Mapping[str, str]
    receivers: tuple[str, ...]
    configuration: Mapping[str, Any]


def cases(repository: Repository) -> Iterator[Case]:
    """Every case whose configuration is among the files; malformed ones are left out."""
    for table in repository.route_tables:
        configuration = configuration_of(repository, table)
        for located in table.cases() if configuration else ():
            labels, receivers = located.value.get("labels"), located.value.get("receivers")
            if isinstance(labels, dict) and isinstance(receivers, list):
                said = {str(name): str(value) for name, value in labels.items()}
                yield Case(located, said, tuple(map(str, receivers)), configuration or {})


def configuration_of(repository: Repository, table: RouteTable) -> Mapping[str, Any] | None:
    """What a table speaks of, in Alertmanager's own language; None if it is not among the files, or broken."""
    found = [one for one in _there(repository, table.target) if not one.broken]
    native = next((one.value for one in found if one.is_native and one.root), None)
    resources = [(one.owner.namespace if one.owner else "", one.value) for one in found if not one.is_native]
    return native or (combined(resources, own_namespace=table.own_namespace) if resources else None)


def _there(repository: Repository, path: Path) -> list[Configuration]:
    """The configurations that a folder's kustomization builds, or that a file holds."""
    for tree in repository.builds:
        if tree.kustomization.folder == path:
            return list(in_objects(tree.objects))
    written = [Located(one.document.value, one.document) for one in repository.entries if one.real == path]
    return [one for each in written for one in (*in_values(each), Configuration(each))]
