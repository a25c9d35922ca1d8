"""What texts, `when:` and `forEach:` of a component may refer to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel

from obsgen.profile.models import ServerSettings, Settings
from obsgen.stack.servers import listed
from obsgen.stack.surroundings import (
    external_labels,
    federation_source,
    prometheus_namespace,
    prometheus_object,
    prometheus_service,
    retention_size,
)

OPTIONAL = ("alertmanager", "argocd", "logs", "long_term", "secret_store", "traces")
"""Sections of a profile that may be absent: None then, so that `when: logs` says whether it is there."""


def _wants_objectives(server: ServerSettings) -> bool:
    runtime = getattr(server, "runtime", None)
    return bool(server.objectives or (runtime and runtime.objectives))


def _dumped(section: BaseModel | None) -> dict[str, Any] | None:
    return section.model_dump() if section else None


def stack_context(
    settings: Settings,
    environment: str | None,
    namespaces: Mapping[str, str],
    prometheus_url: str,
    prices: list[dict[str, Any]],
    roles: Collection[str],
) -> dict[str, Any]:
    """Names that mean the same for every instance of a stack; `roles` are those of its servers."""
    return {
        "stack": settings.stack,
        "environment": environment,
        "datasources": [],  # filled in once all components are known
        "datasources_ask_as_account": False,
        "target_namespaces": [],  # filled in for platform components, once the servers are known
        "namespaces": dict(namespaces),
        "created_namespaces": list(settings.namespaces.create),
        "cluster": settings.cluster.model_dump() | {"is_argocds": settings.cluster.is_argocds},
        "prometheus": settings.prometheus.model_dump()
        | {
            "url": prometheus_url,
            "external_labels": external_labels(settings, environment),
            "retention_size": retention_size(settings.prometheus),
            "namespace": prometheus_namespace(settings, namespaces),
            "own": settings.prometheus.is_own,
            "service": prometheus_service(settings),
            "object": prometheus_object(settings.prometheus),
            "targets": settings.prometheus.described_by,
            "federate": [federation_source(each) for each in settings.prometheus.federate],
            "federated_names": ", ".join(each.name for each in settings.prometheus.federate),
        },
        "grafana": grafana_context(settings),
        "kubernetes": settings.kubernetes.model_dump(),
        **{name: _dumped(getattr(settings, name)) for name in OPTIONAL},
        "has": {role: role in roles for role in ("modelServer", "application", "gpuExporter", "exporter", "provider")},
        "prices": prices,
        "objectives": any(_wants_objectives(server) for _, _, server in listed(settings)),
    }


def grafana_context(settings: Settings) -> dict[str, Any]:
    """The section `grafana`, with the service account that Grafana has: the operator and the chart name it."""
    named = {"operator": "grafana-sa", "values": f"{settings.prometheus.release}-grafana"}
    account = named.get(settings.grafana.delivery, "grafana")
    folder = settings.grafana.folder or settings.stack
    return settings.grafana.model_dump() | {"folder": folder, "service_account": account}


def instance_context(
    stack: Mapping[str, Any],
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
