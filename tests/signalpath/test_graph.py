"""The graph from Pods to Prometheus, and which series an endpoint may bring."""

from __future__ import annotations

from typing import Any

import pytest

from obsgen.components.catalogue import catalogue
from obsgen.facts import Facts, Monitoring, Running
from obsgen.knowledge.inventory import Inventory
from obsgen.repository.objects import KubeObject, Located, as_object
from obsgen.signalpath.exporters import texts
from obsgen.signalpath.feeds import Feeds
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Endpoint
from obsgen.signalpath.prometheuses import of_values
from obsgen.signalpath.selectors import Answer
from obsgen.source import load_text

INVENTORY = Inventory(catalogue())
EVERYTHING = "serviceMonitorSelector: {}\n  serviceMonitorNamespaceSelector: {}\n  podMonitorSelector: {}"


def objects(*texts_: str) -> list[KubeObject]:
    documents = load_text("\n---\n".join(texts_), "objects.yaml")
    return [found for one in documents if (found := as_object(Located(one.value, one), one))]


def located(text: str) -> Located:
    (document,) = load_text(text, "values.yaml")
    return Located(document.value, document)


def graph(*texts_: str, facts: Facts | None = None) -> Graph:
    return Graph([objects(*texts_)], facts or Facts())


def prometheus(spec: str, namespace: str = "monitoring", name: str = "main") -> str:
    head = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata:"
    return f"{head} {{name: {name}, namespace: {namespace}}}\nspec:\n  {spec}"


def monitor(
    endpoint: str = "{port: http}",
    *,
    kind: str = "ServiceMonitor",
    namespace: str = "ml",
    labels: str = "{}",
    more: str = "",
    name: str = "chat",
) -> str:
    key = "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"
    head = f"apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata:"
    spec = f"spec:\n  selector: {{matchLabels: {{app: chat}}}}\n  {key}: [{endpoint}]\n  {more}"
    return f"{head} {{name: {name}, namespace: {namespace}, labels: {labels}}}\n{spec}"


def service(ports: str = "[{name: http, port: 80, targetPort: http}]", namespace: str = "ml") -> str:
    head = f"apiVersion: v1\nkind: Service\nmetadata: {{name: chat, namespace: {namespace}, labels: {{app: chat}}}}"
    return f"{head}\nspec: {{selector: {{app: chat}}, ports: {ports}}}"


def deployment(ports: str = "[{name: http, containerPort: 8000}]", image: str = "chat:1", namespace: str = "ml") -> str:
    head = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: chat, namespace: {namespace}}}"
    containers = f"[{{name: c, image: '{image}', ports: {ports}}}]"
    pod = f"{{metadata: {{labels: {{app: chat}}}}, spec: {{containers: {containers}}}}}"
    return f"{head}\nspec: {{template: {pod}}}"


@pytest.mark.parametrize(
    ("spec", "labels", "namespace", "answer"),
    [
        ("serviceMonitorSelector: {}", "{}", "monitoring", True),
        ("serviceMonitorSelector: {}", "{}", "ml", False),
        ("podMonitorSelector: {}", "{}", "monitoring", False),
        (EVERYTHING, "{}", "ml", True),
        (EVERYTHING.replace("NamespaceSelector: {}", "NamespaceSelector: {matchLabels: {tier: a}}"), "{}", "ml", None),
        ("serviceMonitorSelector: {matchLabels: {team: a}}", "{team: a}", "monitoring", True),
        ("serviceMonitorSelector: {matchLabels: {team: a}}", "{team: b}", "monitoring", False),
        ("serviceMonitorSelector: {matchExpressions: [{key: team, operator: NotIn, values: [b]}]}", "{}", "", None),
    ],
)
def test_whom_a_prometheus_selects(spec: str, labels: str, namespace: str, answer: Answer) -> None:
    found = graph(prometheus(spec), monitor(labels=labels, namespace=namespace))
    assert found.is_scraped(found.monitors[0]) is answer


def test_a_namespace_among_the_files_tells_its_labels() -> None:
    spec = EVERYTHING.replace("NamespaceSelector: {}", "NamespaceSelector: {matchLabels: {tier: a}}")
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: ml, labels: {tier: b}}"
    found = graph(prometheus(spec), monitor(), namespace)
    assert found.is_scraped(found.monitors[0]) is False


def test_facts_tell_of_a_prometheus_elsewhere() -> None:
    facts = Facts(prometheus=Monitoring.model_validate({"selectorLabels": {"release": "a"}}))
    found = graph(monitor(labels="{release: a}"), monitor(name="other"), facts=facts)
    assert [found.is_scraped(each) for each in found.monitors] == [True, False]
    assert found.prometheuses[0].place() is None


def test_without_any_prometheus_nobody_knows() -> None:
    found = graph(monitor())
    assert found.is_scraped(found.monitors[0]) is None


def test_the_one_that_is_applied_together_decides() -> None:
    here = objects(prometheus("serviceMonitorSelector: {}", "ml"), monitor())
    there = objects(prometheus("serviceMonitorSelector: {matchLabels: {a: b}}", "ml", "other"), monitor(name="b"))
    found = Graph([here, there], Facts())
    assert [found.is_scraped(each) for each in found.monitors] == [True, False]


def test_a_prometheus_without_selectors_is_not_managed() -> None:
    (bare, other) = graph(prometheus("ruleSelector: {}"), prometheus("probeSelector: {}")).prometheuses
    assert (bare.is_unmanaged, other.is_unmanaged) == (True, False)


@pytest.mark.parametrize(
    ("values", "labels", "answer"),
    [
        ("prometheus: {prometheusSpec: {replicas: 1}}", {"release": "any"}, True),
        ("prometheus: {prometheusSpec: {replicas: 1}}", {}, False),
        ("prometheus: {prometheusSpec: {serviceMonitorSelectorNilUsesHelmValues: false}}", {}, True),
        ("prometheus: {prometheusSpec: {serviceMonitorSelector: {matchLabels: {a: b}}}}", {"release": "x"}, False),
    ],
)
def test_values_of_the_chart(values: str, labels: dict[str, str], answer: bool) -> None:
    found = of_values(located(values))
    assert found
    assert found.takes("serviceMonitor", labels, "ml", None) is answer


def test_a_release_that_is_known_must_be_the_one() -> None:
    found = of_values(located("prometheus: {prometheusSpec: {replicas: 1}}"), "monitoring")
    assert found
    assert found.wants("rule", {"release": "other"}) == ["release=monitoring"]
    assert of_values(located("prometheus: {enabled: false, prometheusSpec: {}}")) is None


PODS = {"kind": "PodMonitor"}


@pytest.mark.parametrize(
    ("endpoint", "kind", "ports", "declared", "scraped"),
    [
        ("{port: http}", {}, "[{name: http, port: 80, targetPort: http}]", "[{name: http, containerPort: 8000}]", 8000),
        ("{port: http}", {}, "[{name: http, port: 80, targetPort: 8000}]", "[]", None),
        ("{port: http}", {}, "[{port: 80}]", "[{name: http, containerPort: 8000}]", ()),
        ('{port: "80"}', {}, "[{name: http, port: 80}]", "[]", ()),
        ("{targetPort: 9000}", {}, "[{port: 80}]", "[{name: http, containerPort: 8000}]", ()),
        ("{targetPort: 8000}", {}, "[{port: 80}]", "[{name: http, containerPort: 8000}]", 8000),
        ("{targetPort: http}", {}, "[{port: 80}]", "[{name: http, containerPort: 8000}]", 8000),
        ("{port: web, targetPort: http}", {}, "[{name: http, port: 80}]", "[{name: http, containerPort: 8000}]", ()),
        ("{path: /}", {}, "[{port: 80, targetPort: 8000}]", "[{name: a, containerPort: 8000}]", 8000),
        ("{port: http}", {}, "[{name: http, port: 80, targetPort: web}]", "[{name: a, containerPort: 8000}]", ()),
        ("{port: a}", PODS, "[]", "[{name: a, containerPort: 8000}]", 8000),
        ("{portNumber: 8000}", PODS, "[]", "[{name: a, containerPort: 8000}]", 8000),
        ("{portNumber: 1}", PODS, "[]", "[{name: a, containerPort: 8000}]", ()),
        ("{path: /}", PODS, "[]", "[]", None),
    ],
)
def test_ports_that_are_scraped(endpoint: str, kind: dict[str, Any], ports: str, declared: str, scraped: Any) -> None:
    found = graph(monitor(endpoint, **kind), service(ports), deployment(declared))
    targets = found.targets(found.monitors[0].endpoints[0])
    assert [each.container_port and each.container_port.number for each in targets] == (
        [] if scraped == () else [scraped]
    )


def test_namespaces_that_a_monitor_looks_into() -> None:
    texts_ = (service(namespace="ml"), service(namespace="edge"), deployment(namespace="edge"))
    for more, namespaces in (
        ("", ["ml"]),
        ("namespaceSelector: {any: true}", ["ml", "edge"]),
        ("namespaceSelector: {matchNames: [edge]}", ["edge"]),
    ):
        found = graph(monitor(more=more), *texts_)
        assert [each.namespace for each in found.services_of(found.monitors[0])] == namespaces
    assert found.workloads_of(found.monitors[0])[0].namespace == "edge"


JOB = "relabelings: [{targetLabel: job, replacement: talk}]"


@pytest.mark.parametrize(
    ("text", "job"),
    [
        (monitor(), "chat"),
        (monitor(more="jobLabel: app"), "chat"),
        (monitor(f"{{port: http, {JOB}}}"), "talk"),
        (monitor("{port: http, relabelings: [{sourceLabels: [__meta_x], targetLabel: job}]}"), None),
        (monitor(kind="PodMonitor"), "ml/chat"),
        (monitor(kind="PodMonitor", more="jobLabel: app"), None),
    ],
)
def test_the_job_of_an_endpoint(text: str, job: str | None) -> None:
    found = graph(text, service())
    assert found.job(found.endpoints[0]) == job


def test_the_job_of_a_service_elsewhere_is_not_known() -> None:
    found = graph(monitor())
    assert found.job(found.endpoints[0]) is None


def test_jobs_of_prometheus_itself() -> None:
    job = Endpoint(located("{job_name: gate, scrape_interval: 15s, metrics_path: /federate, honor_labels: true}"))
    found = Graph([], Facts(), [job])
    assert (found.job(job), found.interval(job), job.federates, job.honors_labels) == ("gate", 15_000, True, True)


def test_how_often_an_endpoint_is_scraped() -> None:
    selecting = prometheus(f"{EVERYTHING}\n  scrapeInterval: 45s")
    found = graph(selecting, monitor("{port: http, interval: 10s}, {port: http}"))
    assert [found.interval(each) for each in found.endpoints] == [10_000, 45_000]
    lost = graph(monitor())
    assert lost.interval(lost.endpoints[0]) is None


KEEP = "{port: http, metricRelabelings: [{sourceLabels: [__name__], regex: '%s', action: keep}]}"


def feeds(text: str, *more: str, servers: tuple[Running, ...] = ()) -> Feeds:
    return Feeds(graph(text, *more, facts=Facts(servers=servers)), INVENTORY)


@pytest.mark.parametrize(
    ("regex", "name", "fates"),
    [
        ("shop_latency_.*", "shop_errors_total", [(True, False)]),
        ("shop_.*", "shop_errors_total", [(True, True)]),
        ("other_.*", "shop_errors_total", [(False, False)]),
        ("vllm:num_.*", "vllm:e2e_request_latency_seconds_bucket", [(True, False)]),
        ("vllm:num_.*", "DCGM_FI_DEV_GPU_TEMP", [(False, False)]),
        ("node_.*|go_.*", "node_made_up_total", [(False, True)]),
    ],
)
def test_names_in_keep_lists_tell_the_family(regex: str, name: str, fates: list[tuple[bool, bool]]) -> None:
    assert [(each.is_related, each.kept) for each in feeds(monitor(KEEP % regex)).fates(name)] == fates


def test_images_and_facts_tell_the_exporter() -> None:
    by_image = feeds(monitor(), service(), deployment(image="docker.io/vllm/vllm-openai:v0.12.0"))
    by_facts = feeds(monitor(), servers=(Running(component="vllm", name="chat", namespace="ml"),))
    for found in (by_image, by_facts):
        assert found.exporters(found.graph.endpoints[0]) == frozenset(("vllm",))
        assert len(found.sources("vllm:num_requests_waiting")) == 1
        assert found.fates("DCGM_FI_DEV_GPU_TEMP") == ()
    elsewhere = feeds(monitor(), servers=(Running(component="vllm", name="chat", namespace="edge"),))
    assert elsewhere.exporters(elsewhere.graph.endpoints[0]) is None


def test_what_is_renamed_may_be_anything() -> None:
    step = "{sourceLabels: [__name__], regex: 'shop_(.*)', targetLabel: __name__, replacement: 'door_$1'}"
    found = feeds(monitor(f"{{port: http, metricRelabelings: [{step}]}}"))
    assert [each.kept for each in found.fates("door_errors_total")] == [None]


def test_a_page_has_so_many_samples_at_least() -> None:
    servers = (Running(component="dcgm", name="chat"),)
    some, few = (feeds(monitor(KEEP % regex), servers=servers) for regex in ("DCGM_.*", "DCGM_FI_DEV_GPU_TEMP"))
    assert some.samples(some.graph.endpoints[0]) > 10
    assert few.samples(few.graph.endpoints[0]) == 1


def test_labels_that_are_none() -> None:
    assert texts(None) == texts(["a"]) == {}
    assert texts({"a": 1}) == {"a": "1"}
