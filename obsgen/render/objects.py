"""Everything of a stack for one environment: objects, boards and the addresses between them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from obsgen.conventions import ENVIRONMENT, MANAGED_BY_ARGOCD
from obsgen.findings import Faults, Finding
from obsgen.render.alerting.alertmanager import HEARTBEAT, alerting_names
from obsgen.render.alerting.route_table import RouteCase, route_cases, unreached
from obsgen.render.argocd.sync import SYNC_OPTIONS, SYNC_WAVE, for_argo, with_metadata
from obsgen.render.grafana.board_maps import board_maps, board_names, split
from obsgen.render.grafana.dashboards import Board
from obsgen.render.grafana.datasources import datasource_names
from obsgen.render.manifest import Manifest, own_labels
from obsgen.render.plain_files import Files, objects_of, plain_files
from obsgen.render.rules.alert_labels import strays, told_apart_by
from obsgen.render.rules.alerts import RenderedAlert, alerts, with_servers
from obsgen.render.rules.log_rules import evaluated, log_rules, unheard
from obsgen.render.rules.objective_rules import burn_alerts, objective_recordings
from obsgen.render.rules.recordings import RenderedRecording, recordings
from obsgen.render.rules.rule_objects import rule_objects
from obsgen.render.targets.descriptions import job_names, target_objects
from obsgen.render.targets.federation import Ruling, federated
from obsgen.render.templates import manifests
from obsgen.render.values import helm_values
from obsgen.stack.model import Stack
from obsgen.units import duration


@dataclass(frozen=True)
class Rendered:
    """One environment, or the base: its objects without boards' ConfigMaps, its boards' ConfigMaps, its alerts."""

    stack: Stack
    objects: tuple[Manifest, ...]
    board_maps: tuple[Manifest, ...]
    alerts: tuple[RenderedAlert, ...]
    recordings: tuple[RenderedRecording, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    """Values for a Helm chart, where the profile asks for them."""
    cases: tuple[RouteCase, ...] = ()
    """Who is told of which alert."""
    plain: Files = field(default_factory=dict)
    """Files that hold no Kubernetes object, by their paths below `out/<stack>`."""

    @property
    def ruling(self) -> Ruling:
        """Its rules."""
        return Ruling(self.alerts, self.recordings)


Others = Callable[[], Sequence[Ruling]]
"""The rules of clusters that a hub shows."""


def ruling(stack: Stack) -> Ruling:
    """The rules of a stack; InputError with the faults of all."""
    with Faults() as faults:
        return _ruling(stack, faults)[0]


def render_objects(stack: Stack, boards: Sequence[Board], others: Others = tuple) -> Rendered:
    """The objects of a stack, in the order of parts and names; InputError with the faults of all.

    What an earlier call made for another cluster of the same environment is taken from `stack.memo`.
    """
    ruled = stack.once("ruled", lambda: _ruled(stack, boards, others))
    names = ruled.names
    with Faults(ruled.faults) as faults:
        finish = partial(_finished, stack)
        brought = faults.attempt(lambda: manifests(stack, names, ruled.number, finish, ruled.maps), [])
        values = faults.attempt(lambda: stack.once(("values", ruled.number), lambda: helm_values(stack, names)), {})
        plain = faults.attempt(
            lambda: stack.once(("plain", ruled.number), lambda: plain_files(stack, names, ruled.rules)), {}
        )
    placed = tuple(sorted((*brought, *ruled.objects), key=lambda each: each.identity))
    stack = replace(stack, assumptions=(*stack.assumptions, *ruled.assumptions))
    cases = stack.once(("cases", ruled.number), lambda: tuple(route_cases(stack, ruled.alerts)))
    return Rendered(stack, placed, ruled.maps, ruled.alerts, ruled.recordings, values, cases, plain)


@dataclass(frozen=True)
class _Ruled:
    """All of a stack but its components' templates: finished objects, and the names that templates speak of.

    `number` tells it from all others.
    """

    maps: tuple[Manifest, ...]
    alerts: tuple[RenderedAlert, ...]
    recordings: tuple[RenderedRecording, ...]
    rules: list[Manifest]
    objects: tuple[Manifest, ...]
    names: Mapping[str, Any]
    assumptions: tuple[str, ...]
    faults: tuple[Finding, ...]
    number: int = field(default_factory=itertools.count().__next__)


def _ruling(stack: Stack, faults: Faults) -> tuple[Ruling, Sequence[RenderedAlert]]:
    """The rules of a stack, and all its alerts, those that nobody evaluates among them."""
    burning = faults.attempt(lambda: burn_alerts(stack), [])
    every = faults.attempt(lambda: alerts(stack), [])
    found = tuple(with_servers(stack, [*evaluated(stack, every), *burning]))
    kept = faults.attempt(lambda: objective_recordings(stack), [])
    return Ruling(found, (*faults.attempt(lambda: recordings(stack), []), *kept)), every


def _ruled(stack: Stack, boards: Sequence[Board], others: Others) -> _Ruled:
    faults = Faults()
    own, every = _ruling(stack, faults)
    found, recorded = own.alerts, own.recordings
    rules = faults.attempt(lambda: rule_objects(stack, found, recorded), [])
    names = {
        **_names(stack, boards, found),
        "log_rules": log_rules(stack, found),
        **job_names(stack),
        "federated": federated(own, others(), boards) if stack.settings.prometheus.federate else {},
    }
    objects = [*_namespaces(stack), *target_objects(stack), *objects_of(stack, rules)]
    return _Ruled(
        maps=tuple(_finished(stack, each) for each in board_maps(stack, boards)),
        alerts=found,
        recordings=recorded,
        rules=rules,
        objects=tuple(_finished(stack, each) for each in objects),
        names=names,
        assumptions=(*_noted(stack, found), *unheard(stack, every), *split(stack, boards)),
        faults=tuple(faults.findings),
    )


def _noted(stack: Stack, found: Sequence[RenderedAlert]) -> Iterator[str]:
    """What alerts make of settings that may not have been meant so."""
    yield from (*_hasty(stack, found), *strays(stack, found), *unreached(stack))


def _hasty(stack: Stack, found: Iterable[RenderedAlert]) -> Iterator[str]:
    """Alerts that wait for less than two scrapes, server by server: a single odd value makes them fire."""
    names: dict[tuple[str, str], list[str]] = {}
    for alert in (each for each in found if each.language == "promql"):
        target = alert.instance.target
        interval = target.interval if target else stack.settings.prometheus.scrape_interval
        if duration(alert.for_) < 2 * duration(interval) and HEARTBEAT not in alert.labels:
            names.setdefault((alert.instance.name, interval), []).append(alert.name)
    for (server, interval), some in names.items():
        told = f"{', '.join(some)} may fire on one scrape of {server}"
        yield f"{told}: scrapes are {interval} apart, and `for` is shorter than two (alerts.{some[0]}.for)"


def _names(stack: Stack, boards: Sequence[Board], found: Sequence[RenderedAlert]) -> dict[str, Any]:
    """What manifests and values may speak of besides what every text may."""
    secrets = [
        {
            "namespace": each.namespace,
            "name": each.name,
            "required": [key for key in each.keys if key not in each.optional],
        }
        for each in stack.secrets
    ]
    alerting = alerting_names(stack.settings.alertmanager, stack.settings.teams, told_apart_by(found))
    datasources = datasource_names(next((each.context["datasources"] for each in stack.instances), []))
    return {**board_names(stack, boards), **datasources, "secrets": secrets, "alerting": alerting}


def _namespaces(stack: Stack) -> list[Manifest]:
    """The namespaces that the profile asks for; Argo CD makes them first and never prunes them."""
    labels = {**own_labels(stack, "namespaces"), **_managed(stack)}
    kind = {"apiVersion": "v1", "kind": "Namespace"}
    head = {
        "labels": dict(sorted(labels.items())),
        "annotations": {SYNC_OPTIONS: "Prune=false", SYNC_WAVE: "-1"},
    }
    return [
        Manifest("platform", "namespaces", {**kind, "metadata": {"name": name, **head}})
        for name in sorted(set(stack.settings.namespaces.create))
    ]


def _managed(stack: Stack) -> dict[str, str]:
    """The label by which the operator of OpenShift GitOps lets its Argo CD write to a namespace of its own cluster."""
    argocd = stack.settings.argocd
    wanted = argocd and stack.settings.cluster.provider == "openshift" and stack.settings.cluster.is_argocds
    return {MANAGED_BY_ARGOCD: argocd.namespace} if argocd and wanted else {}


def _finished(stack: Stack, manifest: Manifest) -> Manifest:
    """An object as it is written."""
    applied = for_argo(stack, manifest)
    return with_metadata(applied, "labels", {ENVIRONMENT: stack.environment}) if stack.environment else applied
