"""What a stack finds on its cluster: namespaces, Prometheus, Grafana; where the profile is silent, what is assumed."""

from __future__ import annotations

from collections.abc import Mapping

from obsgen.profile.models import Settings
from obsgen.stack.ledger import Ledger

DEFAULT_SELECTOR_LABELS = {"release": "monitoring"}
"""What kube-prometheus-stack selects by default: its Helm release, here under the name that its guide uses."""


def namespaces(settings: Settings) -> dict[str, str]:
    """The namespaces of monitoring, models and Grafana."""
    named = settings.namespaces
    models = named.models or named.monitoring
    return {"monitoring": named.monitoring, "models": models, "grafana": named.grafana or named.monitoring}


def prometheus_url(settings: Settings, namespaces: Mapping[str, str]) -> str:
    """Where Grafana reaches Prometheus."""
    if settings.prometheus.url:
        return settings.prometheus.url
    if settings.prometheus.mode == "openshift":
        return "https://thanos-querier.openshift-monitoring.svc:9091"
    return f"http://prometheus-operated.{settings.prometheus.namespace or namespaces['monitoring']}.svc:9090"


def selector_labels(settings: Settings, ledger: Ledger) -> Mapping[str, str]:
    """The labels without which Prometheus overlooks monitors and rules."""
    prometheus = settings.prometheus
    if prometheus.selector_labels is not None or prometheus.mode == "openshift":
        return prometheus.selector_labels or {}
    ledger.assume(
        f"Prometheus selects monitors and rules labelled {shown(DEFAULT_SELECTOR_LABELS)} (prometheus.selectorLabels)"
    )
    return DEFAULT_SELECTOR_LABELS


def assume_grafana(settings: Settings, namespaces: Mapping[str, str], url: str, ledger: Ledger) -> None:
    """Notes how boards and data are taken to reach Grafana."""
    grafana = settings.grafana
    if grafana.delivery == "provisioned" and not settings.prometheus.url:
        ledger.assume(f"Prometheus answers at {url} (prometheus.url)")
    if grafana.delivery == "sidecar" and "sidecar_label" not in grafana.model_fields_set:
        labels, place = shown(grafana.sidecar_label), namespaces["grafana"]
        ledger.assume(f"Grafana's sidecar loads ConfigMaps labelled {labels} of {place} (grafana.sidecarLabel)")


def shown(labels: Mapping[str, str]) -> str:
    """Labels as a sentence tells them."""
    return ", ".join(f"{key}={value}" for key, value in labels.items())
