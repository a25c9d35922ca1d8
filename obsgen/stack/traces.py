"""Traces: where Tempo is asked and written to, and who guards it, as templates know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from obsgen.profile.models import Settings
from obsgen.profile.traces import Traces
from obsgen.stack.ledger import Ledger
from obsgen.units import duration


def traces_context(settings: Settings, namespaces: Mapping[str, str], ledger: Ledger) -> dict[str, Any] | None:
    """The section `traces` for templates, with what follows from it; None without the section.

    `url` is where it is queried, `otlp` where spans are sent; `gateway` is `openshift` where both are guarded by
    OpenShift's accounts. `retention` is in hours: the operator knows no days.
    """
    traces = settings.traces
    if traces is None:
        return None
    openshift = "openshift" in (settings.prometheus.mode, settings.cluster.provider)
    namespace = traces.namespace or namespaces["monitoring"]
    found = (
        _existing(traces, namespace, ledger)
        if traces.type == "existing"
        else _guarded(traces, namespace, traces.tenant or settings.stack)
        if openshift
        else _open(traces, namespace)
    )
    hours = f"{duration(traces.retention) // 3600}h"
    return {**traces.model_dump(), "namespace": namespace, "retention": hours, "gateway": None, **found}


def _existing(traces: Traces, namespace: str, ledger: Ledger) -> dict[str, Any]:
    """Names and ports of the chart tempo, where the profile says nothing."""
    url, otlp = f"http://tempo.{namespace}.svc:3200", f"tempo.{namespace}.svc:4317"
    if not traces.url:
        ledger.assume(f"Tempo answers at {url} (traces.url)")
    if not traces.otlp and traces.collector:
        ledger.assume(f"Tempo takes OTLP at {otlp} (traces.otlp)")
    return {"url": traces.url or url, "otlp": traces.otlp or otlp}


def _open(traces: Traces, namespace: str) -> dict[str, Any]:
    """A TempoStack without a gateway: grafana/tempo-operator 0.21, internal/manifests/manifestutils/constants.go."""
    name = f"tempo-{traces.name}"
    return {
        "url": f"http://{name}-query-frontend.{namespace}.svc:3200",
        "otlp": f"{name}-distributor.{namespace}.svc:4317",
        "insecure": True,
        "tenant": None,
    }


def _guarded(traces: Traces, namespace: str, tenant: str) -> dict[str, Any]:
    """A TempoStack with its gateway, as the operator's tests/e2e-openshift/multitenancy asks and writes."""
    gateway = f"tempo-{traces.name}-gateway.{namespace}.svc"
    return {
        "url": f"https://{gateway}:8080/api/traces/v1/{tenant}/tempo",
        "otlp": f"{gateway}:8090",
        "insecure": False,
        "tenant": tenant,
        "gateway": "openshift",
    }
