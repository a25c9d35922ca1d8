"""Row K1: Grafana is deployed, with its provisioning, under the restricted security context, and reached by a Route."""

from __future__ import annotations

from typing import Any

import pytest
from row_support import changed
from tree_rows import Written

from obsgen.source import load_text

HOME = "model-monitoring"


def pod(tree: Written) -> dict[str, Any]:
    spec: dict[str, Any] = tree.of_kind("Deployment")["grafana"]["spec"]["template"]["spec"]
    return spec


def provisioned(tree: Written, name: str) -> Any:
    """The content of one of Grafana's provisioning files."""
    (text,) = tree.of_kind("ConfigMap")[f"grafana-{name}"]["data"].values()
    return load_text(text, name)[0].value


@pytest.mark.parametrize("kind", ["Deployment", "Service", "Route", "ServiceAccount"])
def test_it_runs_in_its_own_namespace_which_the_tree_creates(kind: str, kserve: Written) -> None:
    assert kserve.of_kind(kind)["grafana"]["metadata"]["namespace"] == HOME
    assert HOME in kserve.of_kind("Namespace")


def test_its_administrator_comes_from_a_secret_that_the_tree_does_not_bring(kserve: Written) -> None:
    (container,) = pod(kserve)["containers"]
    taken = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in container["env"] if "valueFrom" in each}
    assert taken == {
        "GF_SECURITY_ADMIN_USER": {"name": "grafana-admin", "key": "username"},
        "GF_SECURITY_ADMIN_PASSWORD": {"name": "grafana-admin", "key": "password"},
    }
    assert not kserve.of_kind("Secret")


def test_openshifts_restricted_context_takes_it(kserve: Written) -> None:
    """OpenShift chooses the user and the group: neither may be set."""
    spec = pod(kserve)
    assert spec["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    (container,) = spec["containers"]
    context = container["securityContext"]
    assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
    assert context["capabilities"] == {"drop": ["ALL"]}
    mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"] if not each.get("readOnly")}
    volumes = {each["name"]: each for each in spec["volumes"]}
    assert set(mounts) == {"/var/lib/grafana", "/tmp"}
    assert all("emptyDir" in volumes[name] for name in mounts.values())


def test_boards_stand_in_the_folder_gitops_and_are_all_mounted(kserve: Written) -> None:
    (provider,) = provisioned(kserve, "dashboards")["providers"]
    assert provider["folder"] == "GitOps"
    (container,) = pod(kserve)["containers"]
    (volume,) = (each["name"] for each in container["volumeMounts"] if each["mountPath"] == provider["options"]["path"])
    (boards,) = (each for each in pod(kserve)["volumes"] if each["name"] == volume)
    mounted = {
        (one["configMap"]["name"], item["key"])
        for one in boards["projected"]["sources"]
        for item in one["configMap"]["items"]
    }
    maps = kserve.of_kind("ConfigMap").items()
    assert mounted == {(name, key) for name, each in maps for key in each["data"] if key.endswith(".json")}
    assert ("openshift-kserve-local-models", "local-models.json") in mounted


def test_everything_that_it_mounts_exists(kserve: Written) -> None:
    named = {each["configMap"]["name"] for each in pod(kserve)["volumes"] if "configMap" in each}
    assert named == {"grafana-datasources", "grafana-dashboards"} <= set(kserve.of_kind("ConfigMap"))


def test_its_service_and_its_route_lead_to_its_port(kserve: Written) -> None:
    (port,) = kserve.of_kind("Service")["grafana"]["spec"]["ports"]
    (container,) = pod(kserve)["containers"]
    assert port["targetPort"] in {each["name"] for each in container["ports"]}
    route = kserve.of_kind("Route")["grafana"]["spec"]
    assert route["to"] == {"kind": "Service", "name": "grafana", "weight": 100}
    assert route["port"]["targetPort"] == port["name"]
    assert route["tls"]["insecureEdgeTerminationPolicy"] == "Redirect"
    labels = kserve.of_kind("Deployment")["grafana"]["spec"]["template"]["metadata"]["labels"]
    assert kserve.of_kind("Service")["grafana"]["spec"]["selector"].items() <= labels.items()


def test_a_plain_cluster_has_no_route() -> None:
    tree = changed("openshift-kserve", ("{provider: openshift, name: ocp-prod}", "{name: prod}"))
    assert not [each for each in tree.base.objects if each.object["kind"] == "Route"]
