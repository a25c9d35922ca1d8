"""What the README of a tree says of Prometheus' installation: the chart with its values, or plain files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsgen.profile.prometheus import Prometheus
from obsgen.render.objects import Rendered
from obsgen.stack.surroundings import CHART, prometheus_namespace

_HELM_REPOSITORY = "prometheus-community"
"""The name under which people add the chart's repository, as its own guide does."""


def prometheus_section(environments: Mapping[str, Rendered], with_clusters: bool) -> Iterator[str]:
    """Lines for the chart, or for files; none where neither is rendered."""
    modes = {name: each.stack.settings.prometheus for name, each in environments.items()}
    charts = {name: each for name, each in modes.items() if each.mode == "values"}
    files = [name for name, each in modes.items() if each.mode == "files"]
    if charts:
        yield from _charts(environments, charts, with_clusters)
    if files:
        stack = environments[files[0]].stack.name
        where = ", ".join(f"`out/{stack}/prometheus/{name}`" for name in files)
        yield f"Prometheus reads prometheus.yml and the folder rules of {where}, and again after each change."
        yield ""


def _charts(
    environments: Mapping[str, Rendered], charts: Mapping[str, Prometheus], with_clusters: bool
) -> Iterator[str]:
    by_argo = all(each.chart.repo_url and environments[name].stack.settings.argocd for name, each in charts.items())
    if by_argo:
        yield f"Argo CD installs the chart {CHART} with the values of this tree, by an Application of its own."
        yield ""
        return
    yield "First the chart, which brings Prometheus' operator and its custom resources:"
    yield ""
    yield "```sh"
    for name, each in charts.items():
        stack = environments[name].stack
        namespace = prometheus_namespace(stack.settings, stack.namespaces)
        values = f"-f out/{stack.name}/values/{name}.yaml"
        chart = f"{_HELM_REPOSITORY}/{CHART} --version {each.chart.version}"
        yield f"helm upgrade --install {each.release} {chart} -n {namespace} --create-namespace {values}"
    yield "```"
    yield ""
    if with_clusters:
        yield "A cluster with a file of its own, `values/ENVIRONMENT/CLUSTER.yaml`, gets it by a second `-f`."
        yield ""
