"""Traces: where Tempo is asked and written to, and who guards it, as templates know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from obsgen.profile.models import Settings
from obsgen.profile.traces import Traces
from obsgen.stack.ledger import Ledger
from obsgen.stack.surroundings import on_openshift
from obsgen.units import duration


def traces_context(settings: Settings, namespaces: Mapping[str, str], ledger: Ledger) -> dict[str, Any] | None:
    """The section `traces` for templates, with what follows from it; None without the section.

    `url` is where it is queried, `otlp` where spans are sent; `gateway` is `openshift` where both are guarded by
    OpenShift's accounts. `retention` is in hours: the operator knows no days.
    """
    traces = settings.traces
    if traces is None:
        return None
    namespace = traces.namespace or namespaces["monitoring"]
    tenant = (traces.tenant or settings.stack) if on_openshift(settings) else None
    existing = traces.type == "existing"
    found = _existing(traces, namespace, ledger) if existing else _deployed(traces, namespace, tenant)
    hours = f"{duration(traces.retention) // 3600}h"
    return {**traces.model_dump(), "namespace": namespace, "retention": hours, "gateway": None, **found}


def _existing(traces: Traces, namespace: str, ledger: Ledger) -> dict[str, Any]:
    """Names and ports of the chart tempo, where the profile says nothing; OTLP goes where queries go."""
    url = f"http://tempo.{namespace}.svc:3200"
    otlp = f"{urlsplit(traces.url or url).hostname}:4317"
    if not traces.url:
        ledger.assume(f"Tempo answers at {url} (traces.url)")
    if not traces.otlp and traces.collector:
        ledger.assume(f"Tempo takes OTLP at {otlp} (traces.otlp)")
    return {"url": traces.url or url, "otlp": traces.otlp or otlp}


def _deployed(traces: Traces, namespace: str, tenant: str | None) -> dict[str, Any]:
    """A TempoStack: behind its gateway where it has a tenant, else its own Services.

    Names and ports: grafana/tempo-operator 0.21, internal/manifests/manifestutils/constants.go; the gateway's as the
    operator's tests/e2e-openshift/multitenancy asks and writes.
    """
    service = f"tempo-{traces.name}-{{}}.{namespace}.svc".format
    if tenant is None:
        ask, write, gateway = f"http://{service('query-frontend')}:3200", f"{service('distributor')}:4317", None
    else:
        guard, gateway = service("gateway"), "openshift"
        ask, write = f"https://{guard}:8080/api/traces/v1/{tenant}/tempo", f"{guard}:8090"
    return {"url": ask, "otlp": write, "insecure": gateway is None, "tenant": tenant, "gateway": gateway}
