"""What the README of a tree says of Prometheus' installation: the chart with its values, or plain files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsgen.profile.prometheus import Prometheus
from obsgen.render.stack_tree import StackTree
from obsgen.stack.surroundings import CHART, prometheus_namespace

_HELM_REPOSITORY = "prometheus-community"
"""The name under which people add the chart's repository, as its own guide does."""
_REPOSITORY_URL = "https://prometheus-community.github.io/helm-charts"

CONTEXTS = "by the name that your kubeconfig has for it"
MOST_CLUSTERS = 3
"""Clusters of an environment for which commands are written out."""


def prometheus_section(tree: StackTree) -> Iterator[str]:
    """Lines for the chart, or for files; none where neither is rendered."""
    modes = {name: each.stack.settings.prometheus for name, each in tree.environments.items()}
    charts = {name: each for name, each in modes.items() if each.mode == "values"}
    files = [name for name, each in modes.items() if each.mode == "files"]
    if charts:
        yield from _charts(tree, charts)
    if files:
        where = ", ".join(f"`out/{tree.name}/prometheus/{name}`" for name in files)
        yield f"Prometheus reads prometheus.yml and the folder rules of {where}, and again after each change."
        yield ""


def _charts(tree: StackTree, charts: Mapping[str, Prometheus]) -> Iterator[str]:
    environments = tree.environments
    by_argo = all(each.chart.repo_url and environments[name].stack.settings.argocd for name, each in charts.items())
    if by_argo:
        yield f"Argo CD installs the chart {CHART} with the values of this tree, by an Application of its own."
        yield ""
        return
    yield f"First the chart, which brings Prometheus' operator and its custom resources, on each cluster, {CONTEXTS}:"
    yield ""
    yield "```sh"
    url = next((each.chart.repo_url for each in charts.values() if each.chart.repo_url), _REPOSITORY_URL)
    yield f"helm repo add {_HELM_REPOSITORY} {url} && helm repo update {_HELM_REPOSITORY}"
    for name, each in charts.items():
        stack = environments[name].stack
        namespace = prometheus_namespace(stack.settings, stack.namespaces)
        chart = f"{_HELM_REPOSITORY}/{CHART} --version {each.chart.version}"
        for context, own in contexts(tree, name):
            where = f"--kube-context {context} -n {namespace} --create-namespace"
            yield f"helm upgrade --install {each.release} {chart} {where} {_values(tree, name, own)}"
        yield from others(tree, name)
    yield "```"
    yield ""


def _values(tree: StackTree, environment: str, cluster: str) -> str:
    """The values that a cluster gets: its own come last and win."""
    files = [f"values/{environment}.yaml", *([f"values/{environment}/{cluster}.yaml"] if cluster else [])]
    return " ".join(f"-f out/{tree.name}/{each}" for each in files if each == files[0] or each in tree.files)


def contexts(tree: StackTree, environment: str) -> list[tuple[str, str]]:
    """The first clusters of an environment: what commands call them, and their folder if they have one of their own."""
    clusters = [(str(each.name), str(each.name)) for each in tree.clusters(environment)[:MOST_CLUSTERS]]
    return clusters or [(tree.environments[environment].stack.settings.cluster.name or environment, "")]


def others(tree: StackTree, environment: str) -> Iterator[str]:
    """A comment for the clusters of an environment that no command was written for."""
    left = len(tree.clusters(environment)) - MOST_CLUSTERS
    if left > 0:
        yield f"# and so on for {left:,} other clusters of {environment}"
