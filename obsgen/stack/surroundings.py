"""What a stack finds on its cluster: namespaces, Prometheus, Grafana; where the profile is silent, what is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from obsgen.profile.models import Settings
from obsgen.profile.prometheus import Federation, Prometheus
from obsgen.stack.ledger import Ledger

CHART = "kube-prometheus-stack"
"""The Helm chart of mode `values`."""

DEFAULT_SELECTOR_LABELS = {"release": "monitoring"}
"""What kube-prometheus-stack selects by default: its Helm release, here under the name that its guide uses."""


def namespaces(settings: Settings) -> dict[str, str]:
    """The namespaces of monitoring, models and Grafana."""
    named = settings.namespaces
    models = named.models or named.monitoring
    return {"monitoring": named.monitoring, "models": models, "grafana": named.grafana or named.monitoring}


def on_openshift(settings: Settings) -> bool:
    """Whether the cluster is one of OpenShift, whose own services guard what they serve by its accounts."""
    return "openshift" in (settings.prometheus.mode, settings.cluster.provider)


def prometheus_url(settings: Settings, namespaces: Mapping[str, str]) -> str:
    """Where Grafana reaches Prometheus."""
    if settings.prometheus.url:
        return settings.prometheus.url
    if settings.prometheus.mode == "openshift":
        return "https://thanos-querier.openshift-monitoring.svc:9091"
    return f"http://{prometheus_service(settings)}.{prometheus_namespace(settings, namespaces)}.svc:9090"


def prometheus_service(settings: Settings) -> str:
    """The Service that Prometheus answers at.

    The operator's own stands before every Prometheus in the namespace; one that the tree brings has one of its own.
    """
    if settings.prometheus.is_own:
        return f"{settings.stack}-{settings.prometheus.name}"
    return "prometheus" if settings.prometheus.mode == "files" else "prometheus-operated"


def prometheus_namespace(settings: Settings, namespaces: Mapping[str, str]) -> str:
    """Where Prometheus runs."""
    return settings.prometheus.namespace or namespaces["monitoring"]


def prometheus_object(prometheus: Prometheus) -> str:
    """The name of the Prometheus object.

    That of kube-prometheus-stack comes from the release and the chart's name, cut at 26 characters (the chart's
    templates/_helpers.tpl).
    """
    if prometheus.mode != "values":
        return prometheus.name
    whole = prometheus.release if CHART in prometheus.release else f"{prometheus.release}-{CHART}"
    return f"{whole[:26].removesuffix('-')}-prometheus"


def federation_source(source: Federation) -> dict[str, Any]:
    """Another Prometheus as templates speak of it, with the parts of its URL."""
    parts = urlsplit(source.url)
    return {**source.model_dump(), "scheme": parts.scheme, "host": parts.netloc, "path": parts.path.rstrip("/")}


_CANNOT = {
    "targets: monitors": (("files",), "monitors are read by an operator", "remove targets, or choose another mode"),
    "targets: scrapeConfigs": (
        ("files", "openshift"),
        "ScrapeConfig objects are not read there",
        "remove targets, or choose another mode",
    ),
    "targets: jobs": (
        ("existing", "managed", "openshift"),
        "scrape jobs stand in values or in prometheus.yml",
        "choose monitors or scrapeConfigs, which give the same series, or mode values or files",
    ),
    "federate": (("openshift",), "user-workload monitoring reads no other Prometheus", "federate into another one"),
    "remoteWrite": (
        ("existing", "openshift"),
        "remote write is a setting of the Prometheus itself, which the tree does not bring",
        "set it there and remove remoteWrite, or choose mode managed, values or files",
    ),
    "longTerm": (
        ("files", "openshift"),
        "Thanos needs a sidecar beside Prometheus, which this mode has not",
        "choose mode managed or values, or send samples to a central store by remoteWrite",
    ),
}
"""What a mode cannot do: the modes, why, and what to do instead."""


def check_prometheus(settings: Settings, ledger: Ledger) -> None:
    """Notes what the profile asks of a Prometheus in whose mode that is not possible."""
    prometheus = settings.prometheus
    asked = {
        f"targets: {prometheus.targets}": ("prometheus", "targets"),
        **({"federate": ("prometheus", "federate")} if prometheus.federate else {}),
        **({"remoteWrite": ("prometheus", "remoteWrite")} if prometheus.remote_write else {}),
        **({"longTerm": ("longTerm",)} if settings.long_term else {}),
    }
    for what, route in asked.items():
        modes, why, hint = _CANNOT.get(what, ((), "", ""))
        if prometheus.mode in modes and not ledger.lost(route, ("prometheus", "mode")):
            ledger.error("profile/prometheus-mode", f"{what} and mode {prometheus.mode}: {why}", route, hint, key=True)


def own_namespaces(settings: Settings, namespaces: Mapping[str, str]) -> set[str]:
    """Where Prometheus and Alertmanager run."""
    alertmanager = settings.alertmanager and settings.alertmanager.namespace
    return {prometheus_namespace(settings, namespaces), alertmanager or namespaces["monitoring"]}


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
    if prometheus.selector_labels is not None or prometheus.mode in ("files", "openshift"):
        return prometheus.selector_labels or {}
    if prometheus.mode == "managed":
        return {"prometheus": prometheus.name}
    if prometheus.mode == "values":
        return {"release": prometheus.release}
    ledger.assume(
        f"Prometheus selects monitors and rules labelled {shown(DEFAULT_SELECTOR_LABELS)} (prometheus.selectorLabels)"
    )
    return DEFAULT_SELECTOR_LABELS


def assume_grafana(settings: Settings, namespaces: Mapping[str, str], ledger: Ledger) -> None:
    """Notes how boards and data are taken to reach Grafana."""
    grafana = settings.grafana
    if grafana.delivery == "provisioned" and not settings.prometheus.url:
        ledger.assume(f"Prometheus answers at {prometheus_url(settings, namespaces)} (prometheus.url)")
    if grafana.delivery == "sidecar" and "sidecar_label" not in grafana.model_fields_set:
        labels, place = shown(grafana.sidecar_label), namespaces["grafana"]
        ledger.assume(f"Grafana's sidecar loads ConfigMaps labelled {labels} of {place} (grafana.sidecarLabel)")


def shown(labels: Mapping[str, str]) -> str:
    """Labels as a sentence tells them."""
    return ", ".join(f"{key}={value}" for key, value in labels.items())
