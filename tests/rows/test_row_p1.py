"""Row P1: a Prometheus of the tree's own, which selects and reaches everything that the tree renders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from log_rows import objects, tree
from row_support import made, shipped

from obsgen.findings import InputError
from obsgen.pipeline import StackTree
from obsgen.schemas import deprecated, lookup

PLATFORM = "inference-platform"
SELECTORS = ("serviceMonitor", "podMonitor", "probe", "scrapeConfig", "rule")
OWN = {"mode": "managed", "storage": {"size": "100Gi"}}
OTHER = {"name": "a", "url": "https://a.example.org"}
LONG_TERM = {"objectStorage": {"secret": "bucket", "key": "thanos.yaml"}}


def prometheus(environment: str = "prod") -> Mapping[str, Any]:
    return made("Prometheus", "prometheus", PLATFORM, environment)


def spec_of(**sections: Any) -> Mapping[str, Any]:
    (found,) = objects(tree(**sections), "Prometheus")
    spec: Mapping[str, Any] = found["spec"]
    return spec


def test_the_reference_prometheus_is_there_without_what_is_deprecated() -> None:
    spec = prometheus()["spec"]
    assert (spec["replicas"], spec["retention"]) == (2, "15d")
    claim = spec["storage"]["volumeClaimTemplate"]["spec"]
    assert claim["storageClassName"] == "rook-ceph-block"
    assert claim["resources"]["requests"]["storage"] == "100Gi"
    assert spec["image"].endswith(f":{spec['version']}")
    assert spec["thanos"]["objectStorageConfig"] == {"name": "thanos-objstore-config", "key": "thanos.yaml"}
    schema = lookup("monitoring.coreos.com/v1", "Prometheus")
    assert schema
    assert not list(deprecated(prometheus(), schema))
    assert prometheus("staging")["spec"]["replicas"] == 1


@pytest.mark.parametrize("what", SELECTORS)
def test_every_selector_is_set_and_every_namespace_is_looked_at(what: str) -> None:
    spec = prometheus()["spec"]
    assert spec[f"{what}Selector"] == {"matchLabels": {"team": "openhands"}}
    assert spec[f"{what}NamespaceSelector"] == {}


def test_it_selects_every_monitor_and_rule_of_the_tree() -> None:
    kinds = {"ServiceMonitor", "PodMonitor", "PrometheusRule"}
    found = [each.object for each in shipped(PLATFORM).environments["prod"].objects if each.object["kind"] in kinds]
    assert len(found) > 8
    assert [each["metadata"]["name"] for each in found if each["metadata"]["labels"].get("team") != "openhands"] == []


def test_it_may_read_the_namespaces_of_all_targets_and_of_alertmanager() -> None:
    found = [each.object for each in shipped(PLATFORM).environments["prod"].objects]
    watched = {
        name
        for each in found
        if each["kind"] in ("ServiceMonitor", "PodMonitor")
        for name in each["spec"].get("namespaceSelector", {}).get("matchNames", [each["metadata"]["namespace"]])
    }
    roles = {each["metadata"]["namespace"]: each for each in found if each["kind"] == "Role"}
    bound = {each["metadata"]["namespace"] for each in found if each["kind"] == "RoleBinding"}
    assert watched <= roles.keys() & bound
    for namespace in watched:
        granted = {resource for rule in roles[namespace]["rules"] for resource in rule["resources"]}
        assert {"pods", "services", "endpointslices"} <= granted, namespace


def test_alerts_go_to_a_service_that_the_tree_brings() -> None:
    (endpoint,) = prometheus()["spec"]["alerting"]["alertmanagers"]
    service = made("Service", endpoint["name"], PLATFORM)
    assert service["metadata"]["namespace"] == endpoint["namespace"]
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}


@pytest.mark.parametrize("name", ["inference-platform-prometheus", "inference-platform-prometheus-sidecars"])
def test_its_services_stand_before_its_own_pods_alone(name: str) -> None:
    selector = made("Service", name, PLATFORM)["spec"]["selector"]
    assert selector["operator.prometheus.io/name"] == prometheus()["metadata"]["name"]


def test_two_replicas_have_a_budget_and_one_has_none() -> None:
    assert made("PodDisruptionBudget", "prometheus", PLATFORM)["spec"]["maxUnavailable"] == 1
    budgets = objects(tree(prometheus={**OWN, "replicas": 1}), "PodDisruptionBudget")
    assert "prometheus" not in {each["metadata"]["name"] for each in budgets}


def test_external_labels_say_where_it_runs() -> None:
    cluster = {"name": "ml", "provider": "gke", "region": "eu"}
    spec = spec_of(prometheus={**OWN, "externalLabels": {"tier": "gold"}}, cluster=cluster)
    expected = {"cluster": "ml", "environment": "prod", "provider": "gke", "region": "eu", "tier": "gold"}
    assert spec["externalLabels"] == expected


def test_a_tenth_of_the_volume_is_left_to_the_log_of_writes() -> None:
    assert spec_of(prometheus=OWN)["retentionSize"] == "90GiB"
    assert spec_of(prometheus={**OWN, "retentionSize": "50Gi"})["retentionSize"] == "50GiB"
    assert "retentionSize" not in spec_of(prometheus={"mode": "managed"})


def test_the_tree_describes_pods_and_nodes_where_nobody_else_does() -> None:
    chosen = {"prometheus": {"options": {"clusterMetrics": True}}}
    made_ = tree(prometheus={**OWN, "selectorLabels": {"team": "ml"}}, platform=chosen, kubernetes={"nodes": True})
    paths = {each["spec"]["metricsPath"]: each["spec"] for each in objects(made_, "ScrapeConfig")}
    assert paths.keys() == {"/metrics", "/metrics/cadvisor"}
    (class_,) = objects(made_, "Prometheus")[0]["spec"]["scrapeClasses"]
    assert {spec["scrapeClass"] for spec in paths.values()} == {class_["name"]}
    (role,) = objects(made_, "ClusterRole")
    assert {each for rule in role["rules"] for each in rule["resources"]} == {"nodes", "nodes/metrics"}
    described = {*objects_named(made_, "ServiceMonitor"), *objects_named(made_, "ScrapeConfig")}
    assert {"cadvisor", "kube-state-metrics", "kubelet", "node-exporter"} <= described
    labels = [each["metadata"]["labels"] for each in objects(made_, "ScrapeConfig")]
    assert all(each["team"] == "ml" for each in labels)
    assert not objects(tree(prometheus=OWN), "ClusterRole")


def objects_named(made_: StackTree, kind: str) -> set[str]:
    return {each["metadata"]["name"] for each in objects(made_, kind)}


def test_remote_write_names_secrets_and_holds_none() -> None:
    writes = [
        {"name": "hosted", "url": "https://metrics.example.org/push", "token": {"secret": "hosted", "key": "token"}},
        {
            "name": "central",
            "url": "https://central.example.org/api/v1/write",
            "login": {"username": {"secret": "central", "key": "u"}, "password": {"secret": "central", "key": "p"}},
        },
    ]
    rendered = tree(prometheus={**OWN, "remoteWrite": writes})
    hosted, central = objects(rendered, "Prometheus")[0]["spec"]["remoteWrite"]
    assert hosted["authorization"] == {"credentials": {"name": "hosted", "key": "token"}}
    assert central["basicAuth"] == {
        "username": {"name": "central", "key": "u"},
        "password": {"name": "central", "key": "p"},
    }
    known = {(each.name, each.keys) for each in rendered.environments["prod"].stack.secrets}
    assert {("hosted", ("token",)), ("central", ("u", "p"))} <= known


def test_alerts_on_itself_come_with_a_prometheus_of_its_own_only() -> None:
    def alerts(rendered: StackTree) -> set[str]:
        return {each.name for each in rendered.environments["prod"].alerts if each.name.startswith("Prometheus")}

    assert {"PrometheusRulesFailing", "PrometheusConfigNotLoaded", "PrometheusDown"} <= alerts(tree(prometheus=OWN))
    assert alerts(tree()) == set()


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        ({"prometheus": {"targets": "jobs"}}, "targets"),
        ({"prometheus": {"mode": "openshift", "targets": "scrapeConfigs"}}, "targets"),
        ({"prometheus": {"mode": "files", "targets": "monitors"}}, "targets"),
        ({"prometheus": {"mode": "openshift"}, "longTerm": LONG_TERM}, "longTerm"),
        (
            {"prometheus": {"mode": "openshift", "federate": [OTHER]}},
            "federate",
        ),
        ({"prometheus": {"remoteWrite": [OTHER]}}, "remoteWrite"),
    ],
)
def test_what_a_mode_cannot_do_is_told(sections: Mapping[str, Any], key: str) -> None:
    with pytest.raises(InputError) as refused:
        tree(**sections)
    (found,) = refused.value.findings
    assert found.id == "profile/prometheus-mode"
    assert key in found.message


@pytest.mark.parametrize("mode", ["existing", "managed", "values"])
def test_the_same_is_possible_in_other_modes(mode: str) -> None:
    assert objects(tree(prometheus={"mode": mode, "targets": "scrapeConfigs"}), "ScrapeConfig")
