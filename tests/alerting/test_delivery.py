"""Alertmanager as objects: deployed with its configuration, or configured in every namespace that alerts come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alerting_support import KEYS, objects, tree, write

from obsgen import tools
from obsgen.checks import validate
from obsgen.findings import InputError, Severity
from obsgen.source import load_text

CONFIG: dict[str, Any] = {"alertmanager": {"delivery": "config", "selectorLabels": {"team": "ml"}}}


def names(found: list[dict[str, Any]]) -> list[str]:
    return [f"{each['metadata']['namespace']}/{each['metadata']['name']}" for each in found]


def rules(changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The alerts of a stack by their names."""
    groups = [group for each in objects(tree(changes), "PrometheusRule") for group in each["spec"]["groups"]]
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


def test_a_managed_one_mounts_the_secrets_whose_files_its_configuration_names() -> None:
    (alertmanager,) = objects(tree(), "Alertmanager")
    (secret,) = objects(tree(), "Secret")
    assert alertmanager["spec"]["secrets"] == [KEYS]
    assert alertmanager["spec"]["configSecret"] == secret["metadata"]["name"]
    (configuration,) = load_text(secret["stringData"]["alertmanager.yaml"], "alertmanager.yaml")
    slack = configuration.value["receivers"][0]["slack_configs"][0]
    assert slack["api_url_file"] == f"/etc/alertmanager/secrets/{KEYS}/slack-url"


def test_a_managed_one_is_pinned_restricted_and_survives_a_drain() -> None:
    (alertmanager,) = objects(tree(), "Alertmanager")
    spec = alertmanager["spec"]
    assert (spec["image"].partition(":v")[2], spec["replicas"]) == (spec["version"].removeprefix("v"), 2)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert "storage" not in spec
    (budget,) = objects(tree(), "PodDisruptionBudget")
    assert budget["spec"]["maxUnavailable"] == 1
    assert not objects(tree({"alertmanager": {"replicas": 1}}), "PodDisruptionBudget")


def test_openshift_chooses_the_user() -> None:
    (alertmanager,) = objects(tree({"cluster": {"provider": "openshift"}}), "Alertmanager")
    assert not {"runAsUser", "runAsGroup", "fsGroup"} & alertmanager["spec"]["securityContext"].keys()


def test_storage_and_address_are_those_of_the_profile() -> None:
    wanted = {"storage": {"size": "2Gi", "storageClass": "fast"}, "url": "https://alerts.example.org/am"}
    (alertmanager,) = objects(tree({"alertmanager": wanted}), "Alertmanager")
    claim = alertmanager["spec"]["storage"]["volumeClaimTemplate"]["spec"]
    assert (claim["storageClassName"], claim["resources"]["requests"]["storage"]) == ("fast", "2Gi")
    assert (alertmanager["spec"]["externalUrl"], alertmanager["spec"]["routePrefix"]) == (wanted["url"], "/")


def test_prometheus_must_know_the_alertmanager() -> None:
    told = [text for text, _ in tree().environments["prod"].stack.preconditions]
    assert any("alertmanager-demo in namespace monitoring" in text for text in told)


def test_objects_stand_in_every_namespace_that_alerts_come_from() -> None:
    found = objects(tree(CONFIG), "AlertmanagerConfig")
    assert names(found) == ["gpu-operator/demo", "ml/demo", "monitoring/demo"]
    assert all(each["metadata"]["labels"]["team"] == "ml" for each in found)
    assert not objects(tree(CONFIG), "Alertmanager") + objects(tree(CONFIG), "Secret")


def test_their_secrets_must_be_in_the_same_namespaces() -> None:
    secrets = tree(CONFIG).environments["prod"].stack.secrets
    places = [each.namespace for each in secrets if each.name == KEYS]
    assert places == ["gpu-operator", "ml", "monitoring"]


def test_one_object_is_enough_where_alerts_are_not_told_apart_by_namespace() -> None:
    changes = {"alertmanager": {"delivery": "config", "matcherStrategy": "none", "namespace": "alerting"}}
    assert names(objects(tree(changes), "AlertmanagerConfig")) == ["alerting/demo"]


def test_an_alert_without_a_namespace_gets_that_of_its_server_where_routes_go_by_it() -> None:
    assert rules(CONFIG)["GpuHighTemperature"]["labels"]["namespace"] == "gpu-operator"
    assert "namespace" not in rules({})["GpuHighTemperature"]["labels"]
    assert "namespace" not in rules(CONFIG)["VllmDown"]["labels"]


def test_alerts_whose_namespace_only_series_know_are_told() -> None:
    told = [each for each in tree(CONFIG).environments["prod"].stack.assumptions if "own namespace alone" in each]
    assert len(told) == 1
    assert "NodeCpuHigh" in told[0]
    assert "VllmDown" not in told[0]
    assert not [each for each in tree().environments["prod"].stack.assumptions if "own namespace alone" in each]


def test_on_openshift_the_namespace_is_that_of_the_rule() -> None:
    changes = {**CONFIG, "prometheus": {"mode": "openshift", "selectorLabels": None}, "kubernetes": {"nodes": False}}
    made = tree(changes).environments["prod"]
    assert not [each for each in made.stack.assumptions if "own namespace alone" in each]
    assert "namespace" not in rules(changes)["GpuHighTemperature"]["labels"]
    assert any("enableAlertmanagerConfig" in text for text, _ in made.stack.preconditions)


def test_the_team_of_a_server_is_a_label_of_its_alerts() -> None:
    server = {"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "v"}, "port": "http", "team": "ml"}
    changes = {"modelServers": [server], "teams": {"ml": {"receiver": "chat"}}}
    assert rules(changes)["VllmDown"]["labels"]["team"] == "ml"
    assert "team" not in rules(changes)["GpuDown"]["labels"]


def test_a_store_fills_every_secret_but_keys_that_may_be_missing() -> None:
    changes = {
        "secretStore": {"name": "vault", "prefix": "kv/", "refresh": "30m"},
        "providers": [{"name": "usage", "type": "robotheus", "covers": ["openai"]}],
    }
    found = {each["metadata"]["name"]: each["spec"] for each in objects(tree(changes), "ExternalSecret")}
    assert found.keys() == {KEYS, "robotheus-secrets"}
    assert [each["secretKey"] for each in found["robotheus-secrets"]["data"]] == ["OPENAI_API_KEY"]
    remote = found[KEYS]["data"][0]["remoteRef"]
    assert (remote["key"], remote["property"]) == (f"kv/monitoring/{KEYS}", "pagerduty-key")
    assert found[KEYS]["refreshInterval"] == "30m"
    readme = tree(changes).files["README.md"].decode()
    assert "External Secrets makes them from ClusterSecretStore `vault`" in readme


def test_a_secret_that_two_name_is_listed_once_with_the_keys_of_both() -> None:
    changes = {
        "providers": [{"name": "usage", "type": "robotheus", "covers": ["openai"], "options": {"secret": KEYS}}],
    }
    (secret,) = (each for each in tree(changes).environments["prod"].stack.secrets if each.name == KEYS)
    assert set(secret.keys) == {"OPENAI_API_KEY", "GEMINI_API_KEY", "pagerduty-key", "slack-url"}
    assert secret.optional == ("GEMINI_API_KEY",)


@pytest.mark.tools
@pytest.mark.parametrize("changes", [{}, CONFIG, {"alertmanager": {"delivery": "config", "matcherStrategy": "none"}}])
def test_trees_validate_with_every_real_tool(
    changes: dict[str, Any], tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    for tool in ("amtool", "kubeconform", "kustomize", "promtool"):
        real_tool(tool)
    report = validate([write(tree(changes), tmp_path)], "require")
    assert [each for each in report.findings if each.severity != Severity.INFO] == []
    (path,) = (level for level in report.levels if level.level == 5)
    assert path.checked == path.passed > 2 * len(tree(changes).environments["prod"].alerts)


def refused(changes: dict[str, Any]) -> list[tuple[str, int, str]]:
    with pytest.raises(InputError) as caught:
        tree(changes)
    return [(each.id, each.place.line, each.hint) for each in caught.value.findings]


def test_an_alertmanager_that_user_workload_monitoring_would_not_run_is_refused() -> None:
    ((check, _, hint),) = refused({"prometheus": {"mode": "openshift", "selectorLabels": {}}})
    assert (check, hint.startswith("write `delivery: config`")) == ("profile/delivery", True)
    assert objects(tree({**CONFIG, "prometheus": {"mode": "openshift", "selectorLabels": {}}}), "AlertmanagerConfig")


@pytest.mark.parametrize(
    ("mode", "told"), [("existing", True), ("managed", False), ("values", False), ("files", False)]
)
def test_external_labels_are_a_precondition_where_the_tree_does_not_set_them(mode: str, told: bool) -> None:
    made = tree({"prometheus": {"mode": mode, "selectorLabels": {"a": "b"}}, "cluster": {"region": "eu"}})
    said = [text for text, _ in made.environments["prod"].stack.preconditions]
    assert any("Nothing in this tree sets them" in text for text in said) is told
