"""Clusters on which others are told of alerts than elsewhere in their environment: their values, or routes, say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from obsgen.render.alerting.route_table import RouteCase, Table, table
from obsgen.render.objects import Rendered

Told = frozenset[tuple[str, str, str, tuple[str, ...]]]
"""Who is told of what: alert, server, severity, receivers."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """Who is told on a cluster for which the table of its environment is not true.

    The table is there for the first such cluster that a process comes across: only the very first one's is written.
    """

    told: Told
    table: Table | None


class Usual:
    """Who is told in environments, and which clusters are not like theirs."""

    def __init__(self, environments: Mapping[str, Rendered]) -> None:
        self._environments = environments
        self._usual = {name: _told(each.cases) for name, each in environments.items()}
        self._seen: set[tuple[str, Told]] = set()

    def other(self, environment: str, cluster: str, rendered: Rendered) -> Unusual | None:
        """Who else is told on a cluster; None if its environment's table is true of it, or no file could tell."""
        told = _told(rendered.cases)
        if told == self._usual[environment] or not _can_be_read(self._environments[environment], rendered):
            return None
        if (environment, told) in self._seen:
            return Unusual(told, None)
        self._seen.add((environment, told))
        return Unusual(told, table(rendered.stack, rendered.cases, cluster))


class ClusterRoutes:
    """Tables of cases for clusters: one for all of an environment on which the same people are told."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Told], tuple[Table | None, list[str]]] = {}

    def hear(self, environment: str, cluster: str, unusual: Unusual) -> None:
        """Takes a cluster down, in the order of the list."""
        self._found.setdefault((environment, unusual.told), (unusual.table, []))[1].append(cluster)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """tests/routes-<env>/<cluster>.yaml, for the first of those that are alike."""
        for (environment, _), (first, clusters) in self._found.items():
            yield f"tests/routes-{environment}/{clusters[0]}.yaml", first.text(clusters) if first else b""


def _told(cases: Iterable[RouteCase]) -> Told:
    return frozenset((each.alert.name, each.alert.instance.name, each.alert.severity, each.receivers) for each in cases)


def _can_be_read(environment: Rendered, rendered: Rendered) -> bool:
    """Whether a file holds the whole configuration: values of a cluster are only what it changes of others."""
    settings = rendered.stack.settings
    if settings.alertmanager is None or settings.alertmanager.delivery != "values":
        return settings.alertmanager is not None
    return bool(environment.values) and _configuration(environment) == _configuration(rendered)


def _configuration(rendered: Rendered) -> Any:
    return rendered.values.get("alertmanager", {}).get("config")
