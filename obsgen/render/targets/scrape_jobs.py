"""Targets found without a monitor: ScrapeConfig objects, and jobs as prometheus.yml has them.

Their relabelling does what prometheus-operator 0.93 makes of a ServiceMonitor or PodMonitor (pkg/prometheus/promcfg.go:
generateServiceMonitorConfig, generatePodMonitorConfig), so that series have the same labels whichever way is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from obsgen.promql.build import regex_of
from obsgen.render.manifest import Manifest, metadata, own_labels
from obsgen.render.targets.monitors import kept, kept_and_asked, pages, relabelings
from obsgen.stack.model import Instance, Stack, Target

Relabeling = dict[str, Any]
Page = tuple[str, Instance, Target]
"""The name of a job, whose it is, and the page that it scrapes."""

SECRETS = "/etc/prometheus/secrets"
"""Where the operator mounts what a Prometheus object lists under `spec.secrets`: a folder for each Secret."""


def scrape_configs(stack: Stack) -> list[Manifest]:
    """A ScrapeConfig for each page that is scraped."""
    return [_scrape_config(stack, *page) for page in _pages(stack)]


def scrape_jobs(stack: Stack) -> list[dict[str, Any]]:
    """An entry of `scrape_configs` for each page that is scraped."""
    return [_job(*page) for page in _pages(stack)]


def _pages(stack: Stack) -> Iterator[Page]:
    for instance in stack.instances:
        if instance.target and instance.monitored:
            for number, page in enumerate(pages(instance.target), 1):
                yield instance.name if number == 1 else f"{instance.name}-{number}", instance, page


def _scrape_config(stack: Stack, name: str, instance: Instance, page: Target) -> Manifest:
    component = instance.folder.name
    labels = {**own_labels(stack, component), **stack.selector_labels}
    role = "Pod" if page.monitor == "pod" else "EndpointSlice"
    spec = {
        "jobName": instance.name,
        "honorLabels": page.honor_labels,
        "scrapeInterval": page.interval,
        "metricsPath": page.path,
        "scheme": (page.scheme or "http").upper(),
        "kubernetesSDConfigs": [{"role": role, "namespaces": {"names": [page.namespace]}}],
        "relabelings": _relabelings(instance, page),
        **kept_and_asked(instance, page),
    }
    config = {
        "apiVersion": "monitoring.coreos.com/v1alpha1",
        "kind": "ScrapeConfig",
        "metadata": metadata(name, stack.namespaces["monitoring"], labels),
        "spec": spec,
    }
    return Manifest("monitors", component, config)


def _job(name: str, instance: Instance, page: Target) -> dict[str, Any]:
    role = "pod" if page.monitor == "pod" else "endpointslice"
    job: dict[str, Any] = {
        "job_name": name,
        "honor_labels": page.honor_labels,
        "scrape_interval": page.interval,
        "metrics_path": page.path,
        "scheme": page.scheme or "http",
        "kubernetes_sd_configs": [{"role": role, "namespaces": {"names": [page.namespace]}}],
        "relabel_configs": [_native(each) for each in _relabelings(instance, page)],
    }
    if page.keep:
        job["metric_relabel_configs"] = [_native(each) for each in kept(instance)]
    if page.authorization:
        file = f"{SECRETS}/{page.authorization['secret']}/{page.authorization['key']}"
        job["authorization"] = {"type": "Bearer", "credentials_file": file}
    return job


def _native(relabeling: Relabeling) -> Relabeling:
    """A relabelling in Prometheus' own spelling."""
    names = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
    return {names.get(key, key): value for key, value in relabeling.items()}


def _relabelings(instance: Instance, page: Target) -> list[Relabeling]:
    chosen = _of_pods(page) if page.monitor == "pod" else _of_services(page)
    return [*chosen, *relabelings(instance, page)]


def _of_services(page: Target) -> list[Relabeling]:
    kind, name = (f"__meta_kubernetes_endpointslice_address_target_{each}" for each in ("kind", "name"))
    return [
        *_selected("service", page.selector),
        _keep(["__meta_kubernetes_endpointslice_port_name"], regex_of([str(page.port)])),
        _drop_ended(),
        _taken([kind, name], "node", "Node;(.*)"),
        _taken([kind, name], "pod", "Pod;(.*)"),
        _taken(["__meta_kubernetes_namespace"], "namespace"),
        _taken(["__meta_kubernetes_service_name"], "service"),
        _taken(["__meta_kubernetes_pod_name"], "pod"),
        _taken(["__meta_kubernetes_pod_container_name"], "container"),
        *_endpoint(page),
    ]


def _of_pods(page: Target) -> list[Relabeling]:
    by, port = ("name", page.port) if page.port else ("number", str(page.port_number))
    return [
        _drop_ended(),
        *_selected("pod", page.selector),
        _keep([f"__meta_kubernetes_pod_container_port_{by}"], regex_of([port])),
        _taken(["__meta_kubernetes_namespace"], "namespace"),
        _taken(["__meta_kubernetes_pod_container_name"], "container"),
        _taken(["__meta_kubernetes_pod_name"], "pod"),
        *_endpoint(page),
    ]


def _selected(what: str, selector: Mapping[str, str]) -> Iterator[Relabeling]:
    """Keeps the Services, or pods, with the labels of a selector."""
    for label, value in sorted(selector.items()):
        known = re.sub(r"[^a-zA-Z0-9_]", "_", label)
        sources = [f"__meta_kubernetes_{what}_{part}_{known}" for part in ("label", "labelpresent")]
        yield _keep(sources, f"({regex_of([value])});true")


def _keep(sources: list[str], regex: str) -> Relabeling:
    return {"action": "keep", "sourceLabels": sources, "regex": regex}


def _drop_ended() -> Relabeling:
    return {"action": "drop", "sourceLabels": ["__meta_kubernetes_pod_phase"], "regex": "(Failed|Succeeded)"}


def _taken(sources: list[str], label: str, regex: str = "") -> Relabeling:
    """Copies what was discovered to a label; with a `regex`, its group where it matches."""
    copied = {"action": "replace", "sourceLabels": sources, "targetLabel": label}
    return {**copied, "regex": regex, "replacement": "${1}"} if regex else copied


def _endpoint(page: Target) -> list[Relabeling]:
    """The label `endpoint`, which ports without a name do not have."""
    return [{"action": "replace", "targetLabel": "endpoint", "replacement": page.port}] if page.port else []
