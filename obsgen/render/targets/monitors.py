"""ServiceMonitor and PodMonitor objects: how Prometheus finds and scrapes every instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from obsgen.components.scrape import Endpoint
from obsgen.render.manifest import Manifest, metadata, own_labels
from obsgen.stack.model import Instance, Stack, Stored, Target


def monitors(stack: Stack) -> list[Manifest]:
    """A monitor for each instance that is scraped and not left to somebody else's."""
    return [
        _monitor(stack, instance, instance.target)
        for instance in stack.instances
        if instance.target and instance.monitored
    ]


def _monitor(stack: Stack, instance: Instance, target: Target) -> Manifest:
    component = instance.folder.name
    openshift = stack.settings.prometheus.mode == "openshift"
    # User-workload monitoring ignores namespace selectors: a monitor finds targets in its own namespace alone.
    namespace = target.namespace if openshift else stack.namespaces["monitoring"]
    pods = target.monitor == "pod"
    spec: dict[str, Any] = {}
    if namespace != target.namespace:
        spec["namespaceSelector"] = {"matchNames": [target.namespace]}
    spec["selector"] = {"matchLabels": dict(sorted(target.selector.items()))}
    spec["podMetricsEndpoints" if pods else "endpoints"] = [_endpoint(instance, page) for page in pages(target)]
    labels = {**own_labels(stack, component), **stack.selector_labels}
    monitor = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor" if pods else "ServiceMonitor",
        "metadata": metadata(instance.name, namespace, labels),
        "spec": spec,
    }
    return Manifest("monitors", component, monitor)


def pages(target: Target) -> list[Target]:
    """The target as often as it has pages, each time with one of them."""
    return [target, *(_page(target, each) for each in target.also)]


def _page(target: Target, page: Endpoint) -> Target:
    """A further page of a target."""
    interval = page.interval or target.interval
    return replace(target, port=page.port, port_number=page.port_number, path=page.path, interval=interval)


def kept(instance: Instance) -> list[dict[str, Any]]:
    """Keeps the series behind the instance's signals; a list of its own would drop what an alert stands on."""
    return [{"action": "keep", "sourceLabels": ["__name__"], "regex": "|".join(sorted(stored_names(instance)))}]


def stored_names(instance: Instance) -> set[str]:
    """The names of all series behind an instance's signals."""
    return {name for signal in instance.signals.values() for each in signal.series for name in _stored(each)}


def _stored(series: Stored) -> list[str]:
    """The names under which Prometheus stores a series."""
    if series.type != "histogram":
        return [series.name]
    return [f"{series.name}_{part}" for part in ("bucket", "count", "sum")]


def _endpoint(instance: Instance, target: Target) -> dict[str, Any]:
    """One endpoint of a monitor; defaults are written out, so that Argo CD sees no difference to the cluster."""
    endpoint: dict[str, Any] = {"port": target.port} if target.port else {"portNumber": target.port_number}
    endpoint |= {
        "path": target.path,
        "scheme": target.scheme or "http",
        "interval": target.interval,
        "honorLabels": target.honor_labels,
        "relabelings": relabelings(instance, target),
    }
    return {**endpoint, **kept_and_asked(instance, target)}


def kept_and_asked(instance: Instance, target: Target) -> dict[str, Any]:
    """What an endpoint or a ScrapeConfig says of series that are kept, and of the token that is shown."""
    said: dict[str, Any] = {"metricRelabelings": kept(instance)} if target.keep else {}
    if target.authorization:
        secret = {"name": target.authorization["secret"], "key": target.authorization["key"]}
        said["authorization"] = {"type": "Bearer", "credentials": secret}
    return said


def relabelings(instance: Instance, target: Target) -> list[dict[str, Any]]:
    """`job` becomes the instance's name, by which rules and boards find its series; `node` comes from the pod.

    Pages of one port are told apart by `metrics_path`.

    The pod's node is known without `attachMetadata`, which would need the right to list nodes and, without it, leave
    the monitor with no target at all.
    """
    job = {"action": "replace", "targetLabel": "job", "replacement": instance.name}
    node = {"action": "replace", "sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}
    page = {"action": "replace", "sourceLabels": ["__metrics_path__"], "targetLabel": "metrics_path"}
    return [job, *([node] if target.attach_node else []), *([page] if _share_a_port(instance.target or target) else [])]


def _share_a_port(target: Target) -> bool:
    """Whether several pages lie on one port: their own labels are the same, `up` of one would hide that of another."""
    ports = [(each.port, each.port_number) for each in pages(target)]
    return len(set(ports)) < len(ports)
