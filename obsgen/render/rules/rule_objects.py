"""PrometheusRule objects: alerts, recording rules, and the constants from which boards draw limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from obsgen.conventions import SERVICE_LABEL, THRESHOLD_SERIES
from obsgen.render.manifest import Manifest, metadata, own_labels
from obsgen.render.rules.alert_labels import rule_labels
from obsgen.render.rules.alerts import RenderedAlert
from obsgen.render.rules.recordings import RenderedRecording
from obsgen.render.rules.runbooks import runbook_annotation
from obsgen.stack.model import Instance, Stack
from obsgen.units import duration, number_text

MAX_BYTES = 512 * 1024 * 0.8
"""How much of what Prometheus' operator allows for one object may be used before the object is split."""

FAR = 86400
"""Seconds that a rule looks back from which on it is evaluated less often."""
SELDOM, SELDOM_INTERVAL = "-seldom", "2m"
"""The tail of such a group's name, and its interval: below the five minutes after which a series counts as gone."""
THRESHOLDS = "obsgen-thresholds"
"""The group of the recorded constants from which boards draw limits."""
_WINDOW = re.compile(r"\[(\d+[a-z]+)")

Rules = list[tuple[Instance, str, dict[str, Any]]]
"""Rules in order: whose they are, their group, the rule."""


def rule_objects(
    stack: Stack, alerts: Iterable[RenderedAlert], recordings: Iterable[RenderedRecording]
) -> list[Manifest]:
    """One PrometheusRule for each instance, or the one that the profile names."""
    shared = stack.settings.rules.object
    objects: dict[tuple[str, str], Rules] = {}
    for instance, group, rule in _rules(stack, alerts, recordings):
        key = (rules_namespace(stack, instance), shared or instance.name)
        objects.setdefault(key, []).append((instance, group, rule))
    return [
        _object(stack, namespace, part, some)
        for (namespace, name), rules in objects.items()
        for part, some in _split(name, rules)
    ]


def _split(name: str, rules: Rules) -> Iterator[tuple[str, Rules]]:
    """An object that would grow too large becomes one for each instance: a new server moves no other's rules."""
    if len(json.dumps([rule for _, _, rule in rules])) <= MAX_BYTES:
        yield name, rules
        return
    by_instance: dict[str, Rules] = {}
    for each in rules:
        by_instance.setdefault(each[0].name, []).append(each)
    yield from ((f"{name}-{owner}", some) for owner, some in by_instance.items())


def rules_namespace(stack: Stack, instance: Instance) -> str:
    """Where an instance's rules live: user-workload monitoring lets rules see their own namespace only."""
    if stack.settings.prometheus.mode == "openshift" and instance.target:
        return instance.target.namespace
    return stack.namespaces["monitoring"]


def _rules(
    stack: Stack, alerts: Iterable[RenderedAlert], recordings: Iterable[RenderedRecording]
) -> Iterator[tuple[Instance, str, dict[str, Any]]]:
    """Recording rules first, then alerts, then the constants of limits; at the end what is looked at less often."""
    limits = []
    every = list(recordings)
    for recording in every:
        if not _looks_far_back(recording):
            yield recording.instance, recording.group, recording.rule()
    for alert in alerts:
        if alert.language == "promql":
            yield alert.instance, alert.group, alert_rule(stack, alert)
        if alert.limit is not None:
            limits.append(alert)
    for alert in limits:
        yield alert.instance, THRESHOLDS, _threshold_rule(stack, alert)
    for recording in filter(_looks_far_back, every):
        yield recording.instance, recording.group + SELDOM, recording.rule()


def _looks_far_back(recording: RenderedRecording) -> bool:
    """Whether a rule reads a day or more each time: costly, and never much else than a minute ago."""
    return any(duration(window) >= FAR for window in _WINDOW.findall(recording.expr))


def alert_rule(stack: Stack, alert: RenderedAlert) -> dict[str, Any]:
    """An alert as Prometheus, or Loki, reads it."""
    annotations = {"summary": alert.summary, "description": alert.description, **runbook_annotation(stack, alert)}
    return {
        "alert": alert.name,
        "expr": alert.query,
        "for": alert.for_,
        "labels": rule_labels(stack, alert),
        "annotations": annotations,
    }


def _threshold_rule(stack: Stack, alert: RenderedAlert) -> dict[str, Any]:
    """The constant of a limit; its labels set it apart from those of other stacks in the same Prometheus."""
    instance = alert.instance
    labels = {
        "alert": alert.name,
        "namespace": instance.namespace,
        "rule_namespace": rules_namespace(stack, instance),
        SERVICE_LABEL: instance.name,
        "stack": stack.name,
    }
    return {"record": THRESHOLD_SERIES, "expr": f"vector({number_text(alert.limit or 0)})", "labels": labels}


def _group(name: str, rules: list[dict[str, Any]], interval: str) -> dict[str, Any]:
    if name.endswith(SELDOM) and duration(interval) < duration(SELDOM_INTERVAL):
        interval = SELDOM_INTERVAL
    return {"name": name, "interval": interval, "rules": rules}


def _object(stack: Stack, namespace: str, name: str, rules: Rules) -> Manifest:
    """One PrometheusRule; rules of equal group names share a group, in the order in which they come."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for _, group, rule in rules:
        groups.setdefault(group, []).append(rule)
    components = sorted({instance.folder.name for instance, _, _ in rules})
    component = components[0] if len(components) == 1 else "rules"
    labels = {**own_labels(stack, component), **stack.selector_labels}
    interval = stack.settings.prometheus.evaluation_interval
    rule_object = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata(name, namespace, labels),
        "spec": {"groups": [_group(group, some, interval) for group, some in groups.items()]},
    }
    return Manifest("rules", component, rule_object)
