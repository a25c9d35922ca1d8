"""Row P6: a LokiStack with schema v13, and a way for logs to reach it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from log_rows import HEAD, SERVER, objects, told, tree

from obsgen import tools
from obsgen.findings import InputError

STORE = {"type": "lokistack", "storageClass": "rook-ceph-block", "secret": "loki-storage-secret", "size": "1x.small"}
PLAIN: dict[str, Any] = {
    "cluster": {"name": "ml-prod"},
    "logs": {**STORE, "collector": "alloy", "ruler": "alertingrule"},
}
OPENSHIFT: dict[str, Any] = {
    "cluster": {"provider": "openshift"},
    "prometheus": {"mode": "openshift"},
    "logs": {**STORE, "collector": "cluster-log-forwarder", "ruler": "alertingrule"},
}
OIDC = {"issuerURL": "https://id.example.org", "tokenURL": "https://id.example.org/token", "user": "logs"}
EXISTING: dict[str, Any] = {"logs": {"url": "http://loki.logs.svc:3100", "tenant": "ml", "collector": "alloy"}}
GUARDED: dict[str, Any] = {"logs": {**PLAIN["logs"], "storage": "gcs", "oidc": OIDC}}
PROFILES = {"plain": PLAIN, "openshift": OPENSHIFT, "existing": EXISTING, "guarded": GUARDED}


def test_the_lokistack_has_the_newest_schema_its_storage_and_its_limits() -> None:
    (stack,) = objects(tree(**PLAIN), "LokiStack")
    spec = stack["spec"]
    assert spec["storage"]["schemas"] == [{"version": "v13", "effectiveDate": "2024-10-01"}]
    assert spec["storage"]["secret"] == {"name": "loki-storage-secret", "type": "s3"}
    assert (spec["storageClassName"], spec["size"]) == ("rook-ceph-block", "1x.small")
    assert spec["limits"] == {"global": {"retention": {"days": 14}}}
    assert spec["rules"] == {"enabled": True, "selector": {"matchLabels": {"loki_rule": "1"}}}


def test_each_mode_of_tenants_has_what_it_needs_and_nothing_else() -> None:
    def tenants(sections: dict[str, Any]) -> Any:
        (stack,) = objects(tree(**sections), "LokiStack")
        return stack["spec"].get("tenants")

    assert tenants(PLAIN) is None
    assert tenants(OPENSHIFT) == {"mode": "openshift-logging"}
    static = tenants(GUARDED)
    assert (static["mode"], set(static["authorization"])) == ("static", {"roles", "roleBindings"})
    opa = {**GUARDED["logs"], "oidc": {**OIDC, "opa": "http://opa.example.org"}}
    dynamic = tenants({"logs": opa})
    assert (dynamic["mode"], dynamic["authorization"]) == ("dynamic", {"opa": {"url": "http://opa.example.org"}})
    for each in (static, dynamic):
        (tenant,) = each["authentication"]
        assert tenant["oidc"]["secret"] == {"name": "loki-oidc"}


def test_on_openshift_rules_are_read_where_the_servers_are() -> None:
    (stack,) = objects(tree(**OPENSHIFT), "LokiStack")
    (chosen,) = stack["spec"]["rules"]["namespaceSelector"]["matchExpressions"]
    assert (chosen["key"], chosen["values"]) == ("kubernetes.io/metadata.name", ["ml"])
    assert stack["metadata"]["namespace"] == "openshift-logging"


@pytest.mark.parametrize(
    ("storage", "keys"),
    [
        ("s3", {"access_key_id", "access_key_secret", "bucketnames", "endpoint", "region"}),
        ("gcs", {"bucketname", "key.json"}),
        ("azure", {"account_key", "account_name", "container", "environment", "endpoint_suffix"}),
    ],
)
def test_the_secret_of_the_storage_is_listed_with_the_keys_of_its_kind(storage: str, keys: set[str]) -> None:
    made = tree(logs={**STORE, "storage": storage})
    (secret,) = (each for each in made.base.stack.secrets if each.name == "loki-storage-secret")
    assert set(secret.keys) == keys
    assert "loki-storage-secret" in made.files["README.md"].decode()


def test_a_lokistack_without_a_storage_class_is_refused_at_its_place() -> None:
    with pytest.raises(InputError) as caught:
        tree(logs={"type": "lokistack"})
    (only,) = caught.value.findings
    assert (only.id, only.hint) == ("profile/missing-key", "write `storageClass: …`")


def test_the_operators_conditions_are_told_with_a_command() -> None:
    texts = dict(tree(**PLAIN).base.stack.preconditions)
    assert any("lokiStackGateway off" in text and command for text, command in texts.items())
    assert any("Loki's operator is installed" in text and command for text, command in texts.items())


def test_alerts_on_logs_reach_every_alertmanager() -> None:
    (config,) = objects(tree(**PLAIN), "RulerConfig")
    assert config["spec"]["alertmanager"]["endpoints"] == ["http://_web._tcp.alertmanager-operated.monitoring.svc"]
    assert config["spec"]["alertmanager"]["discovery"]["enableSRV"] is True
    assert config["metadata"]["name"] == objects(tree(**PLAIN), "LokiStack")[0]["metadata"]["name"]
    assert not objects(tree(**OPENSHIFT), "RulerConfig")


def alloy(sections: dict[str, Any]) -> str:
    (config,) = (each for each in objects(tree(**sections), "ConfigMap") if each["metadata"]["name"] == "alloy")
    text: str = config["data"]["config.alloy"]
    return text


def test_alloy_may_read_the_logs_of_the_stacks_namespaces_and_nothing_else() -> None:
    made = tree(**PLAIN, exporters=[{"name": "bot", "type": "inference-logs", "namespace": "apps", "pods": "bot-.*"}])
    roles = objects(made, "Role")
    assert [role["metadata"]["namespace"] for role in roles] == ["apps", "ml"]
    assert {(one, tuple(rule["verbs"])) for role in roles for rule in role["rules"] for one in rule["resources"]} == {
        ("pods", ("get", "list", "watch")),
        ("pods/log", ("get",)),
    }
    assert not objects(made, "ClusterRole") + objects(made, "ClusterRoleBinding")
    assert 'names = ["apps", "ml"]' in alloy(
        {**PLAIN, "exporters": [{"name": "bot", "type": "inference-logs", "namespace": "apps", "pods": "bot-.*"}]}
    )


def test_how_far_logs_were_read_outlives_the_pod() -> None:
    """Otherwise a pod that starts again sends all logs once more, and alerts on them count twice."""
    (workload,) = objects(tree(**PLAIN), "StatefulSet")
    (claim,) = workload["spec"]["volumeClaimTemplates"]
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert f"--storage.path={mounted[claim['metadata']['name']]}" in container["args"]


@pytest.mark.parametrize("oidc", [False, True])
def test_a_lokistack_without_tenants_is_told_to_need_an_operator_that_takes_it(oidc: bool) -> None:
    told = [each for each in tree(**(GUARDED if oidc else PLAIN)).base.stack.assumptions if "lokiStackGateway" in each]
    assert len(told) == (0 if oidc else 1)


def test_alloy_runs_with_no_rights_on_its_node() -> None:
    (workload,) = objects(tree(**PLAIN), "StatefulSet")
    pod = workload["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not [volume for volume in pod["volumes"] if "hostPath" in volume]
    assert container["image"].rpartition(":")[2].startswith("v1.")
    assert objects(tree(**PLAIN), "PodDisruptionBudget")


def test_alloy_writes_to_the_store_that_there_is() -> None:
    plain, existing, guarded = alloy(PLAIN), alloy(EXISTING), alloy(GUARDED)
    assert 'url = "http://logging-distributor-http.monitoring.svc:3100/loki/api/v1/push"' in plain
    assert 'tenant_id = "application"' in plain
    assert 'cluster = "ml-prod"' in plain
    assert 'url = "http://loki.logs.svc:3100/loki/api/v1/push"' in existing
    assert 'tenant_id = "ml"' in existing
    assert "external_labels" not in existing
    assert "/api/logs/v1/application/loki/api/v1/push" in guarded
    assert "tenant_id" not in guarded
    assert 'client_secret_file = "/etc/oidc/clientSecret"' in guarded


def test_alloy_labels_streams_as_its_component_says() -> None:
    written = {line.split('"')[1] for line in alloy(PLAIN).splitlines() if "target_label" in line}
    labels = tree(**PLAIN).base.stack.context["logs"]["labels"]
    assert written | {"cluster"} == set(labels.values())


def test_openshifts_collector_reads_the_stacks_namespaces_with_its_own_account() -> None:
    made = tree(**OPENSHIFT)
    (forwarder,) = objects(made, "ClusterLogForwarder")
    (read,) = forwarder["spec"]["inputs"]
    assert read["application"] == {"includes": [{"namespace": "ml"}]}
    (output,) = forwarder["spec"]["outputs"]
    assert output["lokiStack"]["target"] == {"name": "logging", "namespace": "openshift-logging"}
    account = forwarder["spec"]["serviceAccount"]["name"]
    assert [each["metadata"]["name"] for each in objects(made, "ServiceAccount")] == [account]
    bound = {each["roleRef"]["name"] for each in objects(made, "ClusterRoleBinding")}
    assert bound == {"collect-application-logs", "cluster-logging-write-application-logs"}


@pytest.mark.parametrize(
    ("sections", "word"),
    [
        ({**OPENSHIFT, "logs": {**OPENSHIFT["logs"], "collector": "alloy"}}, "cluster-log-forwarder"),
        ({"logs": {**PLAIN["logs"], "collector": "cluster-log-forwarder"}}, "alloy"),
    ],
)
def test_a_collector_on_the_wrong_platform_is_refused_with_the_right_one(sections: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError) as caught:
        tree(**sections)
    (only,) = caught.value.findings
    assert only.id == "profile/options"
    assert word in only.hint


def test_lines_that_are_lost_are_told() -> None:
    names = {alert.name for alert in tree(**PLAIN).base.alerts}
    assert {"LogCollectorDown", "LogLinesDropped"} <= names


@pytest.mark.tools
@pytest.mark.parametrize("name", PROFILES)
def test_the_tree_is_clean_with_the_real_tools(
    name: str, tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    assert real_tool("kubeconform")
    found, used = told(tree(**PROFILES[name]), tmp_path)
    assert found == []
    assert used["kubeconform"]
    assert used["kustomize"]


def test_the_least_that_must_be_said_of_logs_is_little() -> None:
    made = tree(logs={})
    assert "Loki answers at http://loki-gateway.monitoring.svc (logs.url)" in made.base.stack.assumptions
    assert {HEAD["stack"], SERVER["name"]} == {"inference", "chat"}
