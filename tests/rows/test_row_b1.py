"""Row B1: values for kube-prometheus-stack; targets as monitors, ScrapeConfigs or jobs; files without an operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_rows import objects, told, tree
from relabelling import native, of_monitor, relabelled
from row_support import shipped

from obsgen import tools
from obsgen.pipeline import StackTree
from obsgen.source import load_text

SERVERS = [
    {"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app.kubernetes.io/name": "chat"}, "port": "http"},
    {"name": "small", "type": "vllm", "namespace": "ml", "selector": {"app": "small.1"}, "port": "web"},
]
PODS = [{"name": "predictor", "type": "kserve", "namespace": "ml", "portNumber": 8080, "runtime": {"type": "vllm"}}]
KEYS: dict[str, Any] = {"modelServers": [*SERVERS, *PODS], "gpuExporter": {"type": "dcgm"}}
RECEIVERS = {"receivers": {"chat": {"slack": {"channel": "#alerts", "url": {"secret": "keys", "key": "slack"}}}}}


def values(made: StackTree, environment: str = "prod") -> Mapping[str, Any]:
    found: Mapping[str, Any] = load_text(made.files[f"values/{environment}.yaml"].decode(), "values.yaml")[0].value
    return found


def monitors(made: StackTree) -> Iterator[tuple[str, list[dict[str, Any]], bool, Mapping[str, Any]]]:
    """The job of each scraped page, its relabelling as the operator makes it, whether pods are asked, the endpoint."""
    for kind, key in (("ServiceMonitor", "endpoints"), ("PodMonitor", "podMetricsEndpoints")):
        for monitor in objects(made, kind):
            for endpoint in monitor["spec"][key]:
                yield monitor["metadata"]["name"], of_monitor(monitor, endpoint), kind == "PodMonitor", endpoint


def described(targets: str) -> dict[str, list[dict[str, Any]]]:
    """The relabelling of every job by its name, where targets are described so."""
    made = tree(prometheus={"mode": "values", "targets": targets}, **KEYS)
    if targets == "jobs":
        jobs = values(made)["prometheus"]["prometheusSpec"]["additionalScrapeConfigs"]
        return {each["job_name"]: each["relabel_configs"] for each in jobs}
    if targets == "scrapeConfigs":
        return {each["metadata"]["name"]: native(each["spec"]["relabelings"]) for each in objects(made, "ScrapeConfig")}
    return {name: steps for name, steps, _, _ in monitors(made)}


META = "__meta_kubernetes_"
SERVICE = f"{META}service_"
SLICE = f"{META}endpointslice_"


def mostly(*usual: str) -> st.SearchStrategy[str]:
    """What a target that is kept would have, or something else."""
    return st.sampled_from([*usual * 4, "other", "smallx1", ""])


targets = st.fixed_dictionaries(
    {
        "job": st.just("whatever"),
        f"{META}namespace": mostly("ml", "gpu-operator"),
        f"{SERVICE}name": mostly("chat-svc"),
        f"{SERVICE}label_app": mostly("small.1", "nvidia-dcgm-exporter"),
        f"{SERVICE}label_app_kubernetes_io_name": mostly("chat", "prometheus"),
        f"{SERVICE}label_app_kubernetes_io_part_of": mostly("inference"),
        f"{SERVICE}labelpresent_app": mostly("true"),
        f"{SERVICE}labelpresent_app_kubernetes_io_name": mostly("true"),
        f"{SERVICE}labelpresent_app_kubernetes_io_part_of": mostly("true"),
        f"{SLICE}port_name": mostly("http", "web", "gpu-metrics"),
        f"{SLICE}address_target_kind": mostly("Pod", "Node"),
        f"{SLICE}address_target_name": mostly("chat-0"),
        f"{META}pod_name": mostly("chat-0"),
        f"{META}pod_container_name": mostly("server"),
        f"{META}pod_container_port_name": mostly("http"),
        f"{META}pod_container_port_number": mostly("8080"),
        f"{META}pod_label_component": mostly("predictor"),
        f"{META}pod_labelpresent_component": mostly("true"),
        f"{META}pod_node_name": mostly("node-1"),
        f"{META}pod_phase": mostly("Running"),
    }
)


def test_every_way_describes_the_same_targets() -> None:
    names = {targets: described(targets).keys() for targets in ("monitors", "scrapeConfigs", "jobs")}
    assert names["monitors"] == names["scrapeConfigs"] == names["jobs"]
    assert {"chat", "small", "predictor", "gpu", "prometheus"} <= names["jobs"]


@settings(max_examples=300, deadline=None)
@given(targets)
def test_series_have_the_same_labels_whichever_way_targets_are_described(target: Mapping[str, str]) -> None:
    expected = {name: relabelled(target, steps) for name, steps in described("monitors").items()}
    for way in ("scrapeConfigs", "jobs"):
        for name, steps in described(way).items():
            start = {**target, "job": name} if way == "jobs" else {**target, "job": "chat"}
            found = relabelled(start, steps)
            # The dot of a label's value is any character to the operator, and a dot here.
            if expected[name] is not None and "smallx1" in target.values():
                continue
            assert found == expected[name], (way, name)


@pytest.mark.parametrize("way", ["scrapeConfigs", "jobs"])
def test_the_server_s_own_target_is_kept_with_its_labels(way: str) -> None:
    target = {
        "job": "chat",
        f"{META}namespace": "ml",
        f"{SERVICE}name": "chat-svc",
        f"{SERVICE}label_app_kubernetes_io_name": "chat",
        f"{SERVICE}labelpresent_app_kubernetes_io_name": "true",
        f"{SLICE}port_name": "http",
        f"{SLICE}address_target_kind": "Pod",
        f"{SLICE}address_target_name": "chat-0",
        f"{META}pod_name": "chat-0",
        f"{META}pod_container_name": "server",
        f"{META}pod_phase": "Running",
    }
    labels = {"job": "chat", "namespace": "ml", "service": "chat-svc", "pod": "chat-0", "container": "server"}
    assert relabelled(target, described(way)["chat"]) == {**labels, "endpoint": "http"}


def test_where_pages_are_and_how_often_they_are_read_is_the_same_as_well() -> None:
    made = tree(prometheus={"mode": "values"}, **KEYS)
    read = {name: (each["path"], each["interval"], each["honorLabels"]) for name, _, _, each in monitors(made)}
    jobs = values(tree(prometheus={"mode": "values", "targets": "jobs"}, **KEYS))
    configs = jobs["prometheus"]["prometheusSpec"]["additionalScrapeConfigs"]
    assert {
        each["job_name"]: (each["metrics_path"], each["scrape_interval"], each["honor_labels"]) for each in configs
    } == read


def test_rules_and_boards_do_not_depend_on_how_targets_are_described() -> None:
    def rest(targets: str) -> tuple[list[Any], dict[str, bytes]]:
        made = tree(prometheus={"mode": "values", "targets": targets}, **KEYS)
        return objects(made, "PrometheusRule"), {board.name: board.text for board in made.boards}

    assert rest("monitors") == rest("scrapeConfigs") == rest("jobs")


def test_the_chart_selects_what_the_tree_renders() -> None:
    spec = values(tree(prometheus={"mode": "values", "release": "prom"}, **KEYS))["prometheus"]["prometheusSpec"]
    assert spec["serviceMonitorSelectorNilUsesHelmValues"] is True
    made = tree(prometheus={"mode": "values", "release": "prom"}, **KEYS)
    found = [*objects(made, "ServiceMonitor"), *objects(made, "PodMonitor"), *objects(made, "PrometheusRule")]
    assert {each["metadata"]["labels"]["release"] for each in found} == {"prom"}
    own = values(tree(prometheus={"mode": "values", "selectorLabels": {"team": "ml"}}, **KEYS))
    # The chart's own monitors carry its release: with another label everything must be selected.
    assert own["prometheus"]["prometheusSpec"]["ruleSelectorNilUsesHelmValues"] is False


def test_the_service_of_a_release_selects_the_pods_of_the_object_that_the_chart_makes() -> None:
    for release, name in (
        ("monitoring", "monitoring-kube-prometheus-prometheus"),
        ("kube-prometheus-stack", "kube-prometheus-stack-prometheus"),
        ("p", "p-kube-prometheus-stack-prometheus"),
    ):
        services = objects(tree(prometheus={"mode": "values", "release": release}), "Service")
        (found,) = (each for each in services if each["metadata"]["name"] == "inference-prometheus")
        assert found["spec"]["selector"]["operator.prometheus.io/name"] == name
        assert found["spec"]["ports"][0]["targetPort"] == "http-web"


def test_alertmanager_s_values_leave_no_route_of_the_chart_s_own() -> None:
    found = values(tree(prometheus={"mode": "values"}, alertmanager={"delivery": "values", **RECEIVERS}))
    config = found["alertmanager"]["config"]
    names = {each["name"] for each in config["receivers"]}
    assert {each["receiver"] for each in (config["route"], *config["route"]["routes"])} <= names
    # Helm lays mappings over the chart's: lists that are left out would stay.
    assert {"inhibit_rules", "receivers", "route", "templates"} <= config.keys()
    assert found["alertmanager"]["alertmanagerSpec"]["secrets"] == ["keys"]


def test_an_alertmanager_of_the_tree_s_own_takes_the_place_of_the_chart_s() -> None:
    found = values(tree(prometheus={"mode": "values"}, alertmanager={"delivery": "managed", **RECEIVERS}))
    assert found["alertmanager"]["enabled"] is False
    (endpoint,) = found["prometheus"]["prometheusSpec"]["alertingEndpoints"]
    assert (endpoint["name"], endpoint["port"]) == ("alertmanager-inference", "web")


@pytest.mark.tools
@pytest.mark.parametrize("way", ["monitors", "scrapeConfigs", "jobs"])
def test_values_and_objects_are_accepted_by_schemas_and_tools(
    way: str, tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    for name in ("promtool", "amtool", "kubeconform", "kustomize"):
        real_tool(name)
    sections = {"alertmanager": {"delivery": "values", **RECEIVERS}, "longTerm": {"objectStorage": {"secret": "s"}}}
    volume = {"storage": {"size": "100Gi", "storageClass": "fast"}}
    made = tree(prometheus={"mode": "values", "targets": way, **volume}, **KEYS, **sections)
    found, used = told(made, tmp_path)
    assert found == []
    assert used["promtool"]
    assert used["amtool"]


@pytest.mark.tools
def test_without_an_operator_prometheus_reads_files_that_promtool_accepts(
    tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    clusters = {name: {"cluster": {"name": name}} for name in ("dev", "prod")}
    made = tree(prometheus={"mode": "files"}, environments=clusters, **KEYS)
    assert not {"ServiceMonitor", "PodMonitor", "PrometheusRule", "ScrapeConfig", "Prometheus"} & {
        each.object["kind"] for each in made.environments["prod"].objects
    }
    found, _ = told(made, tmp_path)
    assert {each.partition(":")[0] for each in found} == {"route/no-alertmanager"}
    for environment in ("dev", "prod"):
        done = tools.run(
            real_tool("promtool"), ["check", "config", "prometheus.yml"], cwd=tmp_path / "prometheus" / environment
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert (
            f"{len(list((tmp_path / 'prometheus' / environment / 'rules').iterdir()))} rule files found" in done.stdout
        )


def test_files_hold_the_rules_that_objects_would() -> None:
    objects_ = objects(tree(prometheus={"mode": "managed"}, **KEYS), "PrometheusRule")
    files = tree(prometheus={"mode": "files"}, **KEYS).files
    for each in objects_:
        name = f"prometheus/prod/rules/{each['metadata']['name']}.yml"
        if each["metadata"]["name"] != "prometheus":  # alerts on itself are those of one with an operator
            assert load_text(files[name].decode(), name)[0].value == {"groups": each["spec"]["groups"]}


def test_argo_cd_installs_the_chart_with_values_of_the_tree() -> None:
    argocd = {"repoURL": "https://git.example.org/acme/gitops.git"}
    chart = {"repoURL": "https://charts.example.org", "version": "88.5.3"}
    made = tree(prometheus={"mode": "values", "chart": chart}, argocd=argocd)
    app = load_text(made.argocd["application-inference-chart-prod.yaml"].decode(), "app.yaml")[0].value["spec"]
    helm, values_ = app["sources"]
    assert (helm["chart"], helm["targetRevision"]) == ("kube-prometheus-stack", "88.5.3")
    (file,) = helm["helm"]["valueFiles"]
    assert file.removeprefix(f"${values_['ref']}/out/inference/") in made.files
    project = load_text(made.argocd["appproject-inference-chart.yaml"].decode(), "p.yaml")[0].value
    assert app["project"] == project["metadata"]["name"]
    assert {helm["repoURL"], values_["repoURL"]} == set(project["spec"]["sourceRepos"])
    assert "ServerSideApply=true" in app["syncPolicy"]["syncOptions"]
    assert not [name for name in tree(prometheus={"mode": "values"}, argocd=argocd).argocd if "chart" in name]


def test_the_readme_says_how_helm_installs_it() -> None:
    text = tree(prometheus={"mode": "values"}).files["README.md"].decode()
    command = next(line for line in text.splitlines() if line.startswith("helm upgrade"))
    assert "--version 88.5.3" in command
    assert "-f out/inference/values/prod.yaml" in command
    assert "helm" not in tree().files["README.md"].decode()


def test_no_value_of_the_shipped_profile_is_a_password() -> None:
    text = shipped("cross-provider-benchmark").files["values/prod.yaml"].decode()
    found = load_text(text, "values.yaml")[0].value
    assert "adminPassword" not in text
    assert found["prometheus"]["prometheusSpec"]["externalLabels"]["environment"] == "prod"
