"""Relabelling as Prometheus does it, and what prometheus-operator makes of monitors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Labels = Mapping[str, str]


def relabelled(labels: Labels, steps: Iterable[Mapping[str, Any]]) -> dict[str, str] | None:
    """The labels of a target after all steps, None if it is dropped (prometheus 3.15 model/relabel/relabel.go)."""
    found = dict(labels)
    for step in steps:
        value = step.get("separator", ";").join(found.get(each, "") for each in step.get("source_labels", ()))
        match = re.fullmatch(str(step.get("regex", "(.*)")), value, re.DOTALL)
        action = step.get("action", "replace")
        if action in ("keep", "drop"):
            if (match is None) == (action == "keep"):
                return None
        elif match:
            text = re.sub(r"\$\{?1\}?", lambda _: match[1], step.get("replacement", "$1"))  # noqa: B023 (used at once)
            if text:
                found[step["target_label"]] = text
            else:
                found.pop(step["target_label"], None)
    return {name: text for name, text in found.items() if not name.startswith("__")}


def native(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Steps of a custom resource in Prometheus' spelling."""
    names = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
    return [{names.get(key, key): value for key, value in step.items()} for step in steps]


def of_monitor(monitor: Mapping[str, Any], endpoint: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the operator generates for an endpoint, in its order.

    prometheus-operator 0.93 pkg/prometheus/promcfg.go: generateServiceMonitorConfig, generatePodMonitorConfig.
    """
    pods = monitor["kind"] == "PodMonitor"
    made = list(_pod_steps(monitor, endpoint) if pods else _service_steps(monitor, endpoint))
    return [*made, *native(endpoint["relabelings"])]


def _selected(what: str, monitor: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key, value in sorted(monitor["spec"]["selector"]["matchLabels"].items()):
        name = re.sub("[^a-zA-Z0-9_]", "_", key)
        sources = [f"__meta_kubernetes_{what}_label_{name}", f"__meta_kubernetes_{what}_labelpresent_{name}"]
        yield {"action": "keep", "source_labels": sources, "regex": f"({value});true"}


def _service_steps(monitor: Mapping[str, Any], endpoint: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    prefix = "__meta_kubernetes_endpointslice"
    target = [f"{prefix}_address_target_kind", f"{prefix}_address_target_name"]
    yield from _selected("service", monitor)
    yield {"action": "keep", "source_labels": [f"{prefix}_port_name"], "regex": endpoint["port"]}
    yield {"source_labels": target, "regex": "Node;(.*)", "replacement": "${1}", "target_label": "node"}
    yield {"source_labels": target, "regex": "Pod;(.*)", "replacement": "${1}", "target_label": "pod"}
    yield {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"}
    yield {"source_labels": ["__meta_kubernetes_service_name"], "target_label": "service"}
    yield {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"}
    yield {"source_labels": ["__meta_kubernetes_pod_container_name"], "target_label": "container"}
    yield {"action": "drop", "source_labels": ["__meta_kubernetes_pod_phase"], "regex": "(Failed|Succeeded)"}
    yield {"source_labels": ["__meta_kubernetes_service_name"], "target_label": "job", "replacement": "${1}"}
    yield {"target_label": "endpoint", "replacement": endpoint["port"]}


def _pod_steps(monitor: Mapping[str, Any], endpoint: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name, namespace = monitor["metadata"]["name"], monitor["metadata"]["namespace"]
    by = "name" if "port" in endpoint else "number"
    port = str(endpoint.get("port", endpoint.get("portNumber")))
    yield {"action": "drop", "source_labels": ["__meta_kubernetes_pod_phase"], "regex": "(Failed|Succeeded)"}
    yield from _selected("pod", monitor)
    yield {"action": "keep", "source_labels": [f"__meta_kubernetes_pod_container_port_{by}"], "regex": port}
    yield {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"}
    yield {"source_labels": ["__meta_kubernetes_pod_container_name"], "target_label": "container"}
    yield {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"}
    yield {"target_label": "job", "replacement": f"{namespace}/{name}"}
    if "port" in endpoint:
        yield {"target_label": "endpoint", "replacement": endpoint["port"]}
