"""Pods that operators make of objects: how they are labelled, and what their containers declare."""

from __future__ import annotations

import pytest

from obsgen.facts import Facts
from obsgen.repository.chartvalues import namespaces_besides, prometheus_made
from obsgen.repository.objects import KubeObject, Located, as_object
from obsgen.repository.scraping.nearby import alike
from obsgen.signalpath.exporters import Service
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.operators import Operated, operated
from obsgen.source import load_text

HEAD = "apiVersion: monitoring.coreos.com/v1\nkind: {}\nmetadata: {{name: main, namespace: monitoring}}\nspec: {}"
GRAFANA = "apiVersion: grafana.integreatly.org/v1beta1\nkind: Grafana\nmetadata: {{name: grafana}}\nspec: {}"
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: door, namespace: %s}
spec:
  selector: {%s}
"""


def an_object(text: str) -> KubeObject:
    (document,) = load_text(text, "objects.yaml")
    found = as_object(Located(document.value, document))
    assert found
    return found


def pods(text: str) -> Operated:
    (found,) = operated([an_object(text)])
    return found


def values(text: str) -> Located:
    (document,) = load_text(text, "values.yaml")
    return Located(document.value, document)


def names(found: Operated) -> set[str]:
    return {each.name for each in found.ports}


def test_labels_are_those_of_the_operator_and_those_that_the_object_asks_for() -> None:
    found = pods(HEAD.format("Prometheus", "{podMetadata: {labels: {team: shop, prometheus: other}}}"))
    assert found.labels == {
        "app": "prometheus",
        "app.kubernetes.io/name": "prometheus",
        "app.kubernetes.io/instance": "main",
        "app.kubernetes.io/managed-by": "prometheus-operator",
        "operator.prometheus.io/name": "main",
        "prometheus": "main",
        "team": "shop",
    }


def test_labels_of_a_deployment_that_the_object_writes() -> None:
    written = "{deployment: {spec: {template: {metadata: {labels: {part: boards}}}}}}"
    assert pods(GRAFANA.format(written)).labels == {"app": "grafana", "part": "boards"}


@pytest.mark.parametrize(
    ("kind", "spec", "ports"),
    [
        ("Prometheus", "{}", {"web", "reloader-web"}),
        ("Prometheus", "{portName: http-web, thanos: {}}", {"http-web", "reloader-web", "grpc", "http"}),
        ("Prometheus", "{listenLocal: true}", set()),
        ("Alertmanager", "{listenLocal: true}", {"mesh-tcp", "mesh-udp"}),
        ("ThanosRuler", "{}", {"web", "grpc", "reloader-web"}),
        ("PrometheusAgent", "{containers: [{name: a, ports: [{name: more, containerPort: 1}]}]}",
         {"web", "reloader-web", "more"}),
    ],
)  # fmt: skip
def test_ports_are_those_of_the_operator_and_those_of_further_containers(kind: str, spec: str, ports: set[str]) -> None:
    assert names(pods(HEAD.format(kind, spec))) == ports


def test_nobody_knows_the_pods_of_other_objects() -> None:
    assert not list(operated([an_object(HEAD.format("PrometheusRule", "{}"))]))


@pytest.mark.parametrize(
    ("namespace", "selector", "found"),
    [
        ("monitoring", "prometheus: main", 1),
        ("monitoring", "app: prometheus", 1),
        ("monitoring", "prometheus: other", 0),
        ("shop", "prometheus: main", 0),
    ],
)
def test_a_service_leads_to_them(namespace: str, selector: str, found: int) -> None:
    objects = [an_object(HEAD.format("Prometheus", "{}")), an_object(SERVICE % (namespace, selector))]
    graph = Graph([objects], Facts())
    (service,) = graph.services.all
    assert (len(graph.pods_behind(service)), graph.behind(service)) == (found, [])


def test_a_chart_makes_a_prometheus_of_its_values() -> None:
    made = prometheus_made(values("prometheus: {prometheusSpec: {replicas: 2}}"), "main", "monitoring")
    graph = Graph([[an_object(SERVICE % ("monitoring", "prometheus: main"))]], Facts(), made=[made] if made else [])
    (behind,) = graph.pods_behind(Service(graph.services.all[0].object))
    assert {each.name for each in behind.ports} == {"http-web", "reloader-web"}
    assert (behind.place.file, behind.place.line) == ("values.yaml", 1)


def test_values_without_a_prometheus_make_none() -> None:
    assert prometheus_made(values("grafana: {enabled: true}"), "main", "monitoring") is None


ALL_OFF = "".join(
    f"{key}: {{enabled: false}}\n"
    for key in ("coreDns", "kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler")
)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["a: 1"], ["kube-system"]),
        (["kubeEtcd: {enabled: false}"], ["kube-system"]),
        (["kubernetesServiceMonitors: {enabled: false}"], []),
        ([ALL_OFF], []),
        (["a: 1", ALL_OFF], []),
        ([ALL_OFF.replace("coreDns: {enabled", "coreDns: {service: {enabled").replace("}\n", "}}\n", 1)], []),
    ],
)
def test_namespaces_of_a_chart_besides_its_own(texts: list[str], found: list[str]) -> None:
    assert namespaces_besides(map(values, texts)) == found


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("shop", "shopp", True), ("llm-7b", "llm-13b", False), ("shop-1", "shop-2", False), ("shop", "", False)],
)
def test_words_that_differ_in_figures_alone_are_no_slip(one: str, other: str, expected: bool) -> None:
    assert alike(one, other) is expected
