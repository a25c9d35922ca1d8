"""Alerts on log lines: the rules that Loki evaluates, as templates of the store of logs put them into objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from obsgen.render.rules.alerts import RenderedAlert
from obsgen.render.rules.rule_objects import alert_rule
from obsgen.stack.model import Stack
from obsgen.tree.serialise import yaml_bytes


def evaluated(stack: Stack, alerts: Iterable[RenderedAlert]) -> list[RenderedAlert]:
    """The alerts that somebody evaluates: those on logs only where the profile says how they reach Loki's ruler."""
    return [each for each in alerts if each.language == "promql" or _has_ruler(stack)]


def unheard(stack: Stack, alerts: Iterable[RenderedAlert]) -> Iterator[str]:
    """What is assumed where alerts on logs are left out."""
    names = dict.fromkeys(each.name for each in alerts if each.language == "logql")
    if names and not _has_ruler(stack):
        yield f"nothing evaluates alerts on logs: {', '.join(names)} left out (logs.ruler)"


def _has_ruler(stack: Stack) -> bool:
    return stack.settings.logs is not None and stack.settings.logs.ruler != "none"


def log_rules(stack: Stack, alerts: Iterable[RenderedAlert]) -> list[dict[str, Any]]:
    """For each server with alerts on logs: its name and namespace, its groups of rules, and these as a rule file."""
    mine: dict[tuple[str, str], list[RenderedAlert]] = {}
    for alert in alerts:
        if alert.language == "logql":
            mine.setdefault((alert.instance.name, alert.instance.namespace), []).append(alert)
    return [
        {
            "name": name,
            "namespace": namespace,
            "infrastructure": _is_openshifts(namespace),
            "groups": groups,
            "file": yaml_bytes({"groups": groups}).decode(),
        }
        for (name, namespace), some in mine.items()
        for groups in [_groups(stack, some)]
    ]


def _is_openshifts(namespace: str) -> bool:
    """Whether OpenShift counts it as its own: grafana/loki operator/internal/validation/openshift/common.go."""
    return namespace.startswith(("openshift", "kube-")) or namespace == "default"


def _groups(stack: Stack, alerts: Sequence[RenderedAlert]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for alert in alerts:
        groups.setdefault(alert.group, []).append(alert_rule(stack, alert))
    interval = stack.settings.prometheus.evaluation_interval
    return [{"name": name, "interval": interval, "rules": rules} for name, rules in groups.items()]
