"""What texts, `when:` and `forEach:` of a component may refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from obsgen.components.head import Component
from obsgen.profile.models import ServerSettings, Settings
from obsgen.stack.alerting import alerting_context
from obsgen.stack.costs import costs_context, servers_context
from obsgen.stack.logs import logs_context, with_sources
from obsgen.stack.memo import noting
from obsgen.stack.model import Instance
from obsgen.stack.scope import Scope
from obsgen.stack.servers import listed
from obsgen.stack.surroundings import (
    external_labels,
    federation_source,
    own_namespaces,
    prometheus_namespace,
    prometheus_object,
    prometheus_service,
    prometheus_url,
    retention_size,
)
from obsgen.stack.traces import traces_context

Context = Mapping[str, Any]

OPTIONAL = ("alertmanager", "argocd", "logs", "long_term", "secret_store", "traces")
"""Sections of a profile that may be absent: None then, so that `when: logs` says whether it is there."""
_SERVING = ("modelServer", "application", "gpuExporter", "exporter", "provider")
"""Roles of servers, which `has` tells of."""


def before_servers(scope: Scope, components: Sequence[Component]) -> dict[str, Any]:
    """What texts of servers may speak of; `components` are those of all servers."""
    settings, ledger = scope.settings, scope.ledger
    # Sections of the cluster are dumped whole; what a text reads of them is noted where it reads it.
    plain = scope.memo.aside(lambda: {**_sections(scope), **scope.environment.around})
    has = {role: any(each.role == role for each in components) for role in _SERVING}
    has["gpuPrices"] = any(each.prices_gpus for each in components)
    has["budgets"] = any(team.budget for team in settings.teams.values())
    return {
        **plain,
        **noting(plain, scope.memo),
        "has": has,
        "logs": logs_context(settings, scope.namespaces, scope.catalogue, ledger),
        "traces": traces_context(settings, scope.namespaces, ledger),
        **costs_context(settings, scope.catalogue, has, ledger),
    }


def _sections(scope: Scope) -> dict[str, Any]:
    """The profile's sections as they are, and what follows from them alone."""
    settings = scope.settings
    return {
        **{name: _dumped(getattr(settings, name)) for name in OPTIONAL},
        "stack": settings.stack,
        "environment": scope.environment.name,
        "datasources": [],  # filled in once all components are known
        "datasources_ask_as_account": False,
        "target_namespaces": [],  # filled in for platform components, once the servers are known
        "namespaces": dict(scope.namespaces),
        "created_namespaces": list(settings.namespaces.create),
        "cluster": settings.cluster.model_dump() | {"is_argocds": settings.cluster.is_argocds},
        "prometheus": _prometheus(settings, scope.environment.name, scope.namespaces),
        "grafana": grafana_context(settings),
        "kubernetes": settings.kubernetes.model_dump(),
        "objectives": any(_wants_objectives(server) for _, _, server in listed(settings)),
    }


def _dumped(section: BaseModel | None) -> dict[str, Any] | None:
    return section.model_dump() if section else None


def _wants_objectives(server: ServerSettings) -> bool:
    runtime = getattr(server, "runtime", None)
    return bool(server.objectives or (runtime and runtime.objectives))


def _prometheus(settings: Settings, environment: str | None, namespaces: Mapping[str, str]) -> dict[str, Any]:
    """The section `prometheus`, with what follows from it: its URL, its Service, its object, its labels."""
    prometheus = settings.prometheus
    return prometheus.model_dump() | {
        "url": prometheus_url(settings, namespaces),
        "external_labels": external_labels(settings, environment),
        "retention_size": retention_size(prometheus),
        "namespace": prometheus_namespace(settings, namespaces),
        "own": prometheus.is_own,
        "service": prometheus_service(settings),
        "object": prometheus_object(prometheus),
        "targets": prometheus.described_by,
        "federate": [federation_source(each) for each in prometheus.federate],
        "federated_names": ", ".join(each.name for each in prometheus.federate),
    }


def grafana_context(settings: Settings) -> dict[str, Any]:
    """The section `grafana`, with the service account that Grafana has: the operator and the chart name it."""
    named = {"operator": "grafana-sa", "values": f"{settings.prometheus.release}-grafana"}
    account = named.get(settings.grafana.delivery, "grafana")
    folder = settings.grafana.folder or settings.stack
    return settings.grafana.model_dump() | {"folder": folder, "service_account": account}


def after_servers(
    before: Context, scope: Scope, servers: Sequence[Instance], selector_labels: Mapping[str, str]
) -> dict[str, Any]:
    """What texts of the platform may speak of: the same, and all servers."""
    selected = ",".join(f"{key}={value}" for key, value in selector_labels.items())
    return {
        **before,
        **alerting_context(scope.settings, scope.namespaces, servers),
        "prometheus": before["prometheus"] | {"selected": dict(selector_labels), "selected_text": selected},
        "logs": with_sources(before["logs"], servers, scope.ledger),
        "target_namespaces": sorted(_scraped(servers)),
        "servers": servers_context(servers),
    }


def after_all(before: Context, scope: Scope, instances: Iterable[Instance]) -> dict[str, Any]:
    """What texts of the whole stack may speak of: the same, and where Prometheus must be able to read."""
    watched = sorted({*own_namespaces(scope.settings, scope.namespaces), *_scraped(instances)})
    return {**before, "prometheus": before["prometheus"] | {"watched": watched}}


def _scraped(instances: Iterable[Instance]) -> set[str]:
    """The namespaces of all targets."""
    return {each.target.namespace for each in instances if each.target and each.monitored}


def instance_context(
    stack: Context,
    name: str,
    namespace: str,
    options: Mapping[str, Any],
    covers: tuple[str, ...],
    version: str,
    hosted: bool,
) -> dict[str, Any]:
    """The stack's names and those of one instance; `hosted` says whether it runs inside another server."""
    return {
        **stack,
        "name": name,
        "namespace": namespace,
        "options": dict(options),
        "covers": list(covers),
        "version": version,
        "hosted": hosted,
    }
