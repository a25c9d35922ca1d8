"""Labels of every object against those by which Prometheus and Grafana find objects."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, error
from obsgen.profile.load import LoadedProfile
from obsgen.profile.models import Settings


def contradicting_labels(profile: LoadedProfile) -> Iterator[Finding]:
    """Labels that would hide objects from what selects them, or be overwritten by that."""
    for each in (profile.base, *profile.environments.values()):
        for key, value, selecting, wanted in _pairs(each.settings):
            message = f"label {key}={value} contradicts {selecting}, which has {key}={wanted}"
            hint = f"remove it here, or write {wanted}: objects without that label are overlooked"
            yield error("profile/reserved-label", message, each.merged.place(("labels", key)), hint)


def _pairs(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """Key and value of labels that a selector has with another value, the selector's key, and that value."""
    selectors = {
        "prometheus.selectorLabels": settings.prometheus.selector_labels or {},
        "grafana.sidecarLabel": settings.grafana.sidecar_label if settings.grafana.delivery == "sidecar" else {},
    }
    for name, selector in selectors.items():
        for key, wanted in selector.items():
            if settings.labels.get(key, wanted) != wanted:
                yield key, settings.labels[key], name, wanted
