"""Row K10: Argo CD's project and applications, one an environment; the namespace is created and stays."""

from __future__ import annotations

import pytest
from row_support import changed
from tree_rows import Written

DEV = "  dev:\n    cluster: {name: ocp-dev}\n"
STAGING = "  staging: {cluster: {name: ocp-staging}}\n"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_an_application_syncs_each_overlay(environment: str, kserve: Written) -> None:
    (found,) = (
        each
        for each in kserve.applied()
        if each["kind"] == "Application" and each["metadata"]["labels"]["obsgen.dev/environment"] == environment
    )
    spec = found["spec"]
    assert found["metadata"]["namespace"] == "openshift-gitops"
    assert spec["source"]["path"] == f"out/openshift-kserve/overlays/{environment}"
    assert (kserve.root / "overlays" / environment / "kustomization.yaml").is_file()
    assert spec["destination"] == {"name": f"ocp-{environment}", "namespace": "monitoring"}
    assert spec["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}


def test_the_project_allows_what_is_rendered_and_nothing_else(kserve: Written) -> None:
    (project,) = (each["spec"] for each in kserve.applied() if each["kind"] == "AppProject")
    objects = [each for environment in ("dev", "prod") for each in kserve.objects(environment)]
    kinds = {(group_of(each), each["kind"], "namespace" in each["metadata"]) for each in objects}
    for listed, namespaced in (("clusterResourceWhitelist", False), ("namespaceResourceWhitelist", True)):
        allowed = {(each["group"], each["kind"]) for each in project[listed]}
        assert allowed == {(group, kind) for group, kind, inside in kinds if inside is namespaced}
    places = {(each["name"], each["namespace"]) for each in project["destinations"]}
    namespaces = {each["metadata"].get("namespace", each["metadata"]["name"]) for each in objects}
    assert places == {(cluster, name) for cluster in ("ocp-dev", "ocp-prod") for name in namespaces}


def group_of(found: dict[str, str]) -> str:
    group, slash, _ = found["apiVersion"].partition("/")
    return group if slash else ""


def test_one_command_applies_all_of_it(kserve: Written) -> None:
    assert "kubectl apply -k argocd/openshift-kserve" in kserve.section("Install")
    text = (kserve.argocd / "kustomization.yaml").read_text(encoding="utf-8")
    files = {each.name for each in kserve.argocd.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == {line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_namespace_is_created_and_never_pruned(environment: str, kserve: Written) -> None:
    namespace = kserve.of_kind("Namespace", environment)["model-monitoring"]
    assert "Prune=false" in namespace["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]


def test_the_development_cluster_wakes_nobody(kserve: Written) -> None:
    severities = {
        environment: kserve.rule("VllmRequestErrors", environment)[2]["labels"]["severity"]
        for environment in ("dev", "prod")
    }
    assert severities == {"dev": "warning", "prod": "critical"}


def test_one_more_environment_is_one_more_line() -> None:
    tree = changed("openshift-kserve", (DEV, STAGING + DEV))
    assert set(tree.environments) == {"dev", "staging", "prod"}
    assert "application-openshift-kserve-staging.yaml" in tree.argocd
