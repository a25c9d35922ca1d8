"""What a stack finds on its cluster: namespaces, Prometheus, Grafana; where the profile is silent, what is assumed."""

from __future__ import annotations

from collections.abc import Mapping

from obsgen.profile.models import Settings
from obsgen.profile.platform import Prometheus
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


def own_namespaces(settings: Settings, namespaces: Mapping[str, str]) -> set[str]:
    """Where Prometheus and Alertmanager run."""
    alertmanager = settings.alertmanager and settings.alertmanager.namespace
    return {settings.prometheus.namespace or namespaces["monitoring"], alertmanager or namespaces["monitoring"]}


def retention_size(prometheus: Prometheus) -> str | None:
    """How much a Prometheus keeps at most: as asked, else what leaves a tenth of its volume to the log of writes."""
    if prometheus.retention_size or not prometheus.storage:
        return prometheus.retention_size and f"{prometheus.retention_size}B"
    number, unit = int(prometheus.storage.size[:-2]), prometheus.storage.size[-2:]
    smaller = {"Ti": "Gi", "Gi": "Mi", "Mi": "Ki"}[unit]
    return f"{number * 9 // 10}{unit}B" if number % 10 == 0 else f"{number * 1024 * 9 // 10}{smaller}B"


def external_labels(settings: Settings, environment: str | None) -> dict[str, str]:
    """What a Prometheus of the tree's own adds to everything that leaves it."""
    cluster = settings.cluster
    known = {
        "cluster": cluster.name,
        "region": cluster.region,
        "provider": cluster.provider,
        "environment": environment,
    }
    return dict(sorted({**{k: v for k, v in known.items() if v}, **settings.prometheus.external_labels}.items()))


def selector_labels(settings: Settings, ledger: Ledger) -> Mapping[str, str]:
    """The labels without which Prometheus overlooks monitors and rules."""
    prometheus = settings.prometheus
    if prometheus.selector_labels is not None or prometheus.mode == "openshift":
        return prometheus.selector_labels or {}
    if prometheus.mode == "managed":
        return {"prometheus": prometheus.name}
    if prometheus.mode == "values":
        return {"release": prometheus.release}
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
