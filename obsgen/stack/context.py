"""What texts, `when:` and `forEach:` of a component may refer to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from obsgen.profile.models import Settings


def stack_context(
    settings: Settings,
    namespaces: Mapping[str, str],
    prometheus_url: str,
    prices: list[dict[str, Any]],
    roles: Collection[str],
) -> dict[str, Any]:
    """Names that mean the same for every instance of a stack; `roles` are those of its servers."""
    return {
        "stack": settings.stack,
        "target_namespaces": [],  # filled in for platform components, once the servers are known
        "namespaces": dict(namespaces),
        "created_namespaces": list(settings.namespaces.create),
        "cluster": settings.cluster.model_dump() | {"is_argocds": settings.cluster.is_argocds},
        "prometheus": settings.prometheus.model_dump() | {"url": prometheus_url},
        "grafana": settings.grafana.model_dump() | {"folder": settings.grafana.folder or settings.stack},
        "kubernetes": settings.kubernetes.model_dump(),
        "argocd": settings.argocd.model_dump() if settings.argocd else None,
        "has": {role: role in roles for role in ("modelServer", "gpuExporter", "exporter", "provider")},
        "prices": prices,
    }


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
