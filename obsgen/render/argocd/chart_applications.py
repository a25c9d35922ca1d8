"""The Helm chart kube-prometheus-stack by Argo CD: an Application whose values lie in the tree, and its project.

Facts: argo-cd docs/user-guide/multiple_sources.md (`ref`, `$values`) and helm.md (ignoreMissingValueFiles); the objects
that the chart makes: prometheus-community/helm-charts charts/kube-prometheus-stack/templates and crds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from obsgen.profile.destinations import ArgoCD
from obsgen.profile.models import Settings
from obsgen.stack.surroundings import CHART, prometheus_namespace

Object = dict[str, Any]

_CLUSTER_KINDS = {
    "admissionregistration.k8s.io": ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding"),
}
_NAMESPACED_KINDS = {
    "": ("ConfigMap", "Endpoints", "Secret", "Service", "ServiceAccount"),
    "apps": ("DaemonSet", "Deployment", "StatefulSet"),
    "batch": ("Job",),
    "monitoring.coreos.com": ("Alertmanager", "PodMonitor", "Prometheus", "PrometheusRule", "ServiceMonitor"),
    "networking.k8s.io": ("Ingress", "NetworkPolicy"),
    "policy": ("PodDisruptionBudget",),
    "rbac.authorization.k8s.io": ("Role", "RoleBinding"),
}
_SYSTEM = "kube-system"
"""Where the chart puts Services for the control plane and kubelet."""


@dataclass(frozen=True)
class Chart:
    """A release of the chart: where it comes from, and where it goes."""

    repo_url: str
    version: str
    release: str
    namespace: str


@dataclass(frozen=True)
class Delivered:
    """The tree that holds the values."""

    stack: str
    argocd: ArgoCD


def chart_of(settings: Settings, namespaces: Mapping[str, str]) -> Chart | None:
    """The release that Argo CD shall install; None where somebody else does, or nobody."""
    prometheus = settings.prometheus
    if prometheus.mode != "values" or not prometheus.chart.repo_url:
        return None
    namespace = prometheus_namespace(settings, namespaces)
    return Chart(prometheus.chart.repo_url, prometheus.chart.version, prometheus.release, namespace)


def chart_name(stack: str) -> str:
    """What its Applications begin with, and what its project is called."""
    return f"{stack}-chart"


def chart_application(
    made: Object, name: str, cluster: str | None, chart: Chart, delivery: Delivered, environment: str
) -> Object:
    """The Application, or set of them, of the chart, after that of the tree for the same destinations.

    `cluster` is its name, or in a set what stands for it; its own values are laid on those of the environment.
    """
    if made["kind"] == "ApplicationSet":
        template = {**made["spec"]["template"], "kind": ""}
        inner = chart_application(template, name, cluster, chart, delivery, environment)
        del inner["kind"]
        return {**_renamed(made, name), "spec": {**made["spec"], "template": inner}}
    spec = {key: value for key, value in made["spec"].items() if key not in ("source", "ignoreDifferences")}
    changed = {
        "project": chart_name(delivery.stack),
        "destination": {**spec["destination"], "namespace": chart.namespace},
        # Custom resources are larger than what client-side apply can hold.
        "syncPolicy": {**spec["syncPolicy"], "syncOptions": ["ServerSideApply=true"]},
        "sources": _sources(chart, delivery, environment, cluster),
    }
    return {**_renamed(made, f"{name}-{cluster}" if cluster else name), "spec": {**spec, **changed}}


def _renamed(made: Object, name: str) -> Object:
    return {**made, "metadata": {**made["metadata"], "name": name}}


def _sources(chart: Chart, delivery: Delivered, environment: str, cluster: str | None) -> list[Object]:
    """The chart, and the repository with its values; files of values that are not there are passed over."""
    argocd = delivery.argocd
    tree = f"$values/{argocd.folder(delivery.stack)}/values/{environment}"
    files = [f"{tree}.yaml", *([f"{tree}/{cluster}.yaml"] if cluster else [])]
    helm = {"releaseName": chart.release, "valueFiles": files, "ignoreMissingValueFiles": True}
    return [
        {"repoURL": chart.repo_url, "chart": CHART, "targetRevision": chart.version, "helm": helm},
        {"repoURL": argocd.repo_url, "targetRevision": argocd.target_revision, "ref": "values"},
    ]


def chart_project(
    project: Object, charts: Sequence[tuple[Chart, Mapping[str, str]]], repositories: Sequence[str]
) -> Object:
    """The project of the chart, after that of the tree: its repository, its kinds, and nothing else.

    Each of `charts` comes with its destination.
    """
    places = {
        (tuple(cluster.items()), namespace) for chart, cluster in charts for namespace in (chart.namespace, _SYSTEM)
    }
    stack = project["metadata"]["name"]
    spec = {
        "description": f"The chart {CHART} of stack {stack}, and nothing else.",
        "sourceRepos": sorted({*repositories, *(chart.repo_url for chart, _ in charts)}),
        "destinations": [{**dict(cluster), "namespace": namespace} for cluster, namespace in sorted(places)],
        "clusterResourceWhitelist": _listed(_CLUSTER_KINDS),
        "namespaceResourceWhitelist": _listed(_NAMESPACED_KINDS),
    }
    return {**project, "metadata": {**project["metadata"], "name": chart_name(stack)}, "spec": spec}


def _listed(kinds: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [{"group": group, "kind": kind} for group, names in kinds.items() for kind in names]
