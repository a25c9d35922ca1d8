"""Robotheus, LiteLLM and Grafana against what was written by hand: tests/golden/providers/."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from component_variants import CATALOGUE

from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.promql.parse import parse
from obsgen.render.grafana.dashboards import boards
from obsgen.render.objects import render_objects
from obsgen.source import load_file, load_text
from obsgen.stack.resolve import resolve_profile

GOLDEN = Path(__file__).parents[1] / "golden" / "providers"
PROFILE = (GOLDEN / "profile.yaml").read_text()

USER_WORKLOAD = ("cluster: {provider: openshift}\n", "cluster: {provider: openshift}\nprometheus: {mode: openshift}\n")
PLAIN_CLUSTER = ("cluster: {provider: openshift}\n", "")


def golden(name: str) -> Any:
    return load_file(GOLDEN / name)[0].value


@cache
def objects(*changes: tuple[str, str]) -> dict[tuple[str, str], Any]:
    """The base's objects by kind and name; the profile with some of its text exchanged."""
    text = PROFILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    stack, _ = resolve_profile(parse_profile(text, "profile.yaml"), CATALOGUE)
    rendered = render_objects(stack, boards([stack]))
    return {(o.object["kind"], o.object["metadata"]["name"]): o.object for o in rendered.objects}


def provisioned(found: dict[tuple[str, str], Any], name: str) -> Any:
    """The content of one of Grafana's provisioning files."""
    (text,) = found["ConfigMap", f"grafana-{name}"]["data"].values()
    return load_text(text, name)[0].value


def pod(found: dict[tuple[str, str], Any], name: str) -> Any:
    return found["Deployment", name]["spec"]["template"]["spec"]


@pytest.mark.parametrize(
    "file", ["deployment-openai-usage.yaml", "service-openai-usage.yaml", "servicemonitor-litellm.yaml"]
)
def test_the_object_is_the_one_written_by_hand(file: str) -> None:
    expected = golden(file)
    assert objects()[expected["kind"], expected["metadata"]["name"]] == expected


def test_the_recorded_series_are_those_written_by_hand() -> None:
    groups = objects()["PrometheusRule", "openai-usage"]["spec"]["groups"]
    assert list(map(recorded, groups)) == list(map(recorded, golden("rules-openai-usage.yaml")["groups"]))


def recorded(group: dict[str, Any]) -> dict[str, Any]:
    """A group without its alerts."""
    return {**group, "rules": [canonical(rule) for rule in group["rules"] if "record" in rule]}


def canonical(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule whose expression has no layout."""
    parse(rule["expr"])
    return {**rule, "expr": "".join(rule["expr"].split())}


def test_grafana_has_one_datasource_and_it_is_the_default() -> None:
    assert provisioned(objects(), "datasources") == golden("datasources.yaml")


def test_with_user_workload_monitoring_grafana_asks_thanos_with_a_token_from_a_file() -> None:
    found = objects(USER_WORKLOAD)
    assert provisioned(found, "datasources") == golden("datasources-openshift.yaml")
    (volume,) = (each for each in pod(found, "grafana")["volumes"] if each["name"] == "account")
    paths = [source.get("serviceAccountToken", {}).get("path") for source in volume["projected"]["sources"]]
    assert paths == ["token", None]
    binding = found["ClusterRoleBinding", "providers-grafana-monitoring-view"]
    assert binding["roleRef"]["name"] == "cluster-monitoring-view"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "grafana", "namespace": "model-monitoring"}]


def test_no_secret_is_rendered() -> None:
    assert not [key for key in objects(USER_WORKLOAD) if key[0] == "Secret"]


@pytest.mark.parametrize("name", ["grafana", "openai-usage"])
def test_pods_fit_the_restricted_scc(name: str) -> None:
    spec = pod(objects(), name)
    assert spec["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert not spec["automountServiceAccountToken"]
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        assert not container["image"].endswith(":latest")


def test_grafana_mounts_every_board_and_rolls_when_one_changes() -> None:
    found = objects()
    (boards,) = (each for each in pod(found, "grafana")["volumes"] if each["name"] == "boards")
    mounted = {source["configMap"]["name"] for source in boards["projected"]["sources"]}
    assert mounted == {"providers-ai-providers", "providers-litellm"}
    changed = objects(("grafana: {", "dashboards: {litellm: {title: Gateway}}\ngrafana: {"))
    before, after = (f["Deployment", "grafana"]["spec"]["template"]["metadata"] for f in (found, changed))
    assert before["annotations"] != after["annotations"]


def test_a_folder_may_be_called_anything() -> None:
    found = objects(("folder: GitOps", "folder: 'a \"b\" \\c: $HOME'"))
    (provider,) = provisioned(found, "dashboards")["providers"]
    assert provider["folder"] == 'a "b" \\c: $$HOME'


def test_a_route_is_rendered_on_openshift_alone() -> None:
    assert ("Route", "grafana") in objects()
    assert ("Route", "grafana") not in objects(PLAIN_CLUSTER)


@pytest.mark.parametrize(
    ("changes", "secure"),
    [
        ((), True),
        ((PLAIN_CLUSTER,), False),
        ((PLAIN_CLUSTER, ("folder: GitOps", "folder: GitOps, url: 'https://grafana.example.org'")), True),
        ((PLAIN_CLUSTER, ("folder: GitOps", "folder: GitOps, url: 'http://grafana.example.org'")), False),
    ],
)
def test_cookies_are_for_https_alone_where_people_come_by_it(
    changes: tuple[tuple[str, str], ...], secure: bool
) -> None:
    (container,) = pod(objects(*changes), "grafana")["containers"]
    found = {each["name"]: each.get("value") for each in container["env"]}
    assert found.get("GF_SECURITY_COOKIE_SECURE") == ("true" if secure else None)
    assert ("GF_SERVER_ROOT_URL" in found) == any("url:" in new for _, new in changes)


def test_a_volume_is_for_one_pod_and_on_a_plain_cluster_handed_to_its_user() -> None:
    storage = ("folder: GitOps", "folder: GitOps, storage: 2Gi")
    found = objects(storage, PLAIN_CLUSTER)
    assert found["PersistentVolumeClaim", "grafana"]["spec"]["resources"]["requests"] == {"storage": "2Gi"}
    assert found["Deployment", "grafana"]["spec"]["strategy"] == {"type": "Recreate"}
    assert pod(found, "grafana")["securityContext"]["fsGroup"] == 472
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "grafana"}} in pod(found, "grafana")["volumes"]
    assert "fsGroup" not in pod(objects(storage), "grafana")["securityContext"]


def test_nothing_is_deployed_for_a_grafana_that_exists() -> None:
    found = objects(("{delivery: provisioned, folder: GitOps}", "{folder: GitOps}"))
    assert not [key for key in found if "grafana" in key[1]]


def test_the_network_policy_is_rendered_where_asked() -> None:
    asked = ("covers: [openai]}", "covers: [openai], options: {networkPolicy: true}}")
    policy = objects(asked)["NetworkPolicy", "openai-usage"]["spec"]
    (source,) = policy["ingress"][0]["from"]
    assert source == {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    assert [port["port"] for rule in policy["egress"] for port in rule["ports"]] == [53, 53, 5353, 5353, 443]


def test_without_authentication_the_monitor_names_no_secret() -> None:
    found = objects(("covers: [gemini]}", "covers: [gemini], options: {authentication: false}}"))
    (endpoint,) = found["ServiceMonitor", "litellm"]["spec"]["endpoints"]
    assert "authorization" not in endpoint


def test_gemini_is_read_under_all_names_that_google_has_for_it() -> None:
    rules = objects()["PrometheusRule", "litellm"]["spec"]["groups"][0]["rules"]
    tokens = [rule for rule in rules if rule.get("record") == "obsgen:provider_tokens:rate5m"]
    assert {rule["labels"]["direction"] for rule in tokens} == {"input", "output"}
    assert all('api_provider=~"gemini|vertex_ai|vertex_ai_beta"' in rule["expr"] for rule in tokens)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2.5USD/Mtok", "2.5USD", "profile.yaml:13:32: error[profile/unit]: price: '2.5USD' is not in usd/token"),
        ("2.5USD/Mtok", "-1USD/Mtok", "profile.yaml:13:32: error[profile/unit]: price: '-1USD/Mtok' is less"),
        ("covers: [gemini]", "covers: [gemini, openai]", "openai is read from robotheus already"),
        ("covers: [openai]", "covers: [gemini]", "robotheus exposes nothing of gemini, only of openai"),
    ],
)
def test_mistakes_about_providers_are_told_at_their_place(old: str, new: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        objects((old, new))
    assert told in "\n".join(f"{f.place}: {f.severity}[{f.id}]: {f.message}" for f in caught.value.findings)


def preconditions(*changes: tuple[str, str]) -> str:
    """What must be true of the cluster, with the commands that show it."""
    text = PROFILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    stack, _ = resolve_profile(parse_profile(text, "profile.yaml"), CATALOGUE)
    return "\n".join(f"{told} {command}" for told, command in stack.preconditions)


def test_prometheus_must_be_allowed_to_find_targets_in_their_namespaces() -> None:
    told = preconditions()
    assert "in the namespaces of its targets (llm-gateway, monitoring)" in told
    assert "for namespace in llm-gateway monitoring; do" in told
    assert "kubectl auth can-i $verb $kind" in told
    assert "auth can-i" not in preconditions(USER_WORKLOAD)


ARGOCD = (
    "cluster: {provider",
    "argocd: {repoURL: 'https://git.example.org/x', namespace: openshift-gitops}\ncluster: {name: prod, provider",
)


def test_argocd_must_know_the_cluster_and_manage_the_namespaces() -> None:
    told = preconditions(ARGOCD)
    assert "by exactly the name prod" in told
    assert "-l argocd.argoproj.io/secret-type=cluster" in told
    assert "argocd.argoproj.io/managed-by=openshift-gitops" in told
    assert "managed-by monitoring model-monitoring" in told
    by_server = preconditions(ARGOCD, ("name: prod", "name: prod, server: 'https://kubernetes.default.svc'"))
    assert "by exactly the name" not in by_server
    assert "managed-by" not in preconditions(ARGOCD, (", provider: openshift", ""))


OPENSHIFT_GITOPS = "argocd: {repoURL: 'https://git.example.org/x', namespace: openshift-gitops}\n"
CREATED = ("grafana: model-monitoring}", "grafana: model-monitoring, create: [model-monitoring]}")


@pytest.mark.parametrize(
    ("cluster", "labelled"),
    [
        ("{provider: openshift}", True),
        ("{provider: openshift, server: 'https://kubernetes.default.svc'}", True),
        ("{provider: openshift, name: in-cluster}", True),
        ("{provider: openshift, name: prod, server: 'https://kubernetes.default.svc'}", True),
        ("{provider: openshift, name: prod}", False),
        ("{provider: openshift, server: 'https://api.prod.example.org:6443'}", False),
        ("{provider: aws-eks}", False),
        ("{}", False),
    ],
)
def test_namespaces_are_handed_to_openshift_gitops_on_its_own_cluster_alone(cluster: str, labelled: bool) -> None:
    argocd = ("cluster: {provider: openshift}\n", f"cluster: {cluster}\n{OPENSHIFT_GITOPS}")
    labels = objects(argocd, CREATED)["Namespace", "model-monitoring"]["metadata"]["labels"]
    assert labels.get("argocd.argoproj.io/managed-by") == ("openshift-gitops" if labelled else None)
    told = preconditions(argocd, CREATED)
    assert ("Where OpenShift GitOps syncs to its own cluster" in told) == ("openshift" in cluster and not labelled)
    assert ("Those that the tree creates carry it." in told) == labelled


def test_namespaces_are_not_labelled_for_an_argocd_that_is_not_there() -> None:
    labels = objects(CREATED)["Namespace", "model-monitoring"]["metadata"]["labels"]
    assert not [label for label in labels if "argocd" in label]


def test_nobody_needs_to_label_namespaces_that_the_tree_creates() -> None:
    argocd = ("cluster: {provider: openshift}\n", f"cluster: {{provider: openshift}}\n{OPENSHIFT_GITOPS}")
    every = (CREATED[0], CREATED[1].replace("[model-", "[monitoring, model-"))
    assert "managed-by" in preconditions(argocd, CREATED)
    assert "managed-by" not in preconditions(argocd, every)


def assumed(*changes: tuple[str, str]) -> list[str]:
    """What is told of prices that are not used."""
    text = PROFILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    stack, _ = resolve_profile(parse_profile(text, "profile.yaml"), CATALOGUE)
    return [each for each in stack.assumptions if "prices" in each]


GEMINI = ("  openai:\n", "  gemini: {gemini-2.5-pro: {input: 1USD/Mtok, output: 2USD/Mtok}}\n  openai:\n")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ((), []),
        ((GEMINI,), ["prices of gemini are not used: litellm counts its cost itself (prices)"]),
        ((GEMINI, ("covers: [gemini]", "covers: [gemini], options: {cost: prices}")), []),
        ((("  openai:\n", "  azure:\n"),), ["prices of azure are not used: no provider covers it (prices)"]),
    ],
)
def test_prices_that_nobody_uses_are_told(changes: tuple[tuple[str, str], ...], told: list[str]) -> None:
    assert assumed(*changes) == told
