"""Clusters on which others are told of alerts than elsewhere in their environment: their values, or routes, say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from obsgen.render.alerting.route_table import RouteCase, table
from obsgen.render.objects import Rendered

Told = frozenset[tuple[str, str, str, tuple[str, ...]]]
"""Who is told of what: alert, server, severity, receivers."""


class ClusterRoutes:
    """Tables of cases for clusters: one for all of an environment on which the same people are told."""

    def __init__(self, environments: Mapping[str, Rendered]) -> None:
        self._environments = environments
        self._usual = {name: _told(each.cases) for name, each in environments.items()}
        self._found: dict[tuple[str, Told], tuple[Rendered, list[str]]] = {}

    def hear(self, environment: str, cluster: str, rendered: Rendered) -> None:
        """Takes a cluster down if the table of its environment is not true of it."""
        told = _told(rendered.cases)
        if told != self._usual[environment] and _can_be_read(self._environments[environment], rendered):
            self._found.setdefault((environment, told), (rendered, []))[1].append(cluster)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """tests/routes-<env>/<cluster>.yaml, for the first of those that are alike."""
        for (environment, _), (rendered, clusters) in self._found.items():
            yield f"tests/routes-{environment}/{clusters[0]}.yaml", table(rendered.stack, rendered.cases, clusters)


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
