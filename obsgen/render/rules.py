"""PrometheusRule objects: alerts, recording rules, and the constants from which boards draw limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from obsgen.conventions import SERVICE_LABEL, THRESHOLD_SERIES, object_labels
from obsgen.render.alerts import RenderedAlert
from obsgen.render.manifest import Manifest, metadata
from obsgen.render.promql import laid_out
from obsgen.render.recordings import RenderedRecording
from obsgen.stack.model import Instance, Stack
from obsgen.units import number_text

Runbooks = Mapping[str, str]
"""The address of each alert's runbook, by the alert's name."""


def rule_objects(
    stack: Stack, alerts: Iterable[RenderedAlert], recordings: Iterable[RenderedRecording], runbooks: Runbooks
) -> list[Manifest]:
    """One PrometheusRule for each instance, or the one that the profile names."""
    objects: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    components: dict[tuple[str, str], set[str]] = {}
    for instance, group, rule in _rules(alerts, recordings, runbooks):
        key = (rules_namespace(stack, instance), stack.settings.rules.object or instance.name)
        objects.setdefault(key, {}).setdefault(group, []).append(rule)
        components.setdefault(key, set()).add(instance.folder.name)
    return [
        _object(stack, namespace, name, groups, _component(components[namespace, name]))
        for (namespace, name), groups in objects.items()
    ]


def _component(names: set[str]) -> str:
    return min(names) if len(names) == 1 else "rules"


def rules_namespace(stack: Stack, instance: Instance) -> str:
    """Where an instance's rules live: user-workload monitoring lets rules see their own namespace only."""
    if stack.settings.prometheus.mode == "openshift" and instance.target:
        return instance.target.namespace
    return stack.namespaces["monitoring"]


def _rules(
    alerts: Iterable[RenderedAlert], recordings: Iterable[RenderedRecording], runbooks: Runbooks
) -> Iterator[tuple[Instance, str, dict[str, Any]]]:
    """Recording rules first, then for each alert the rule and the constant of its limit."""
    limits = []
    for recording in recordings:
        yield recording.instance, recording.group, recording.rule()
    for alert in alerts:
        yield alert.instance, alert.group, _alert_rule(alert, runbooks)
        if alert.limit is not None:
            limits.append(alert)
    for alert in limits:
        yield alert.instance, "obsgen-thresholds", _threshold_rule(alert)


def _alert_rule(alert: RenderedAlert, runbooks: Runbooks) -> dict[str, Any]:
    annotations = {"summary": alert.summary, "description": alert.description}
    if alert.name in runbooks:
        annotations["runbook_url"] = runbooks[alert.name]
    labels = {"severity": alert.severity, SERVICE_LABEL: alert.instance.name, **alert.labels}
    return {
        "alert": alert.name,
        "expr": laid_out(alert.expr),
        "for": alert.for_,
        "labels": dict(sorted(labels.items())),
        "annotations": annotations,
    }


def _threshold_rule(alert: RenderedAlert) -> dict[str, Any]:
    return {
        "record": THRESHOLD_SERIES,
        "expr": f"vector({number_text(alert.limit or 0)})",
        "labels": {"alert": alert.name, SERVICE_LABEL: alert.instance.name},
    }


def _object(
    stack: Stack, namespace: str, name: str, groups: Mapping[str, list[dict[str, Any]]], component: str
) -> Manifest:
    labels = {**object_labels(stack.name, component), **stack.settings.labels, **stack.selector_labels}
    interval = stack.settings.prometheus.evaluation_interval
    return Manifest(
        "rules",
        component,
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": metadata(name, namespace, labels),
            "spec": {
                "groups": [{"name": group, "interval": interval, "rules": rules} for group, rules in groups.items()]
            },
        },
    )
