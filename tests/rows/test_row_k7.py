"""Row K7: Robotheus is deployed, non-root on a read-only root, with its keys from a Secret, and scraped."""

from __future__ import annotations

from typing import Any

import pytest
from row_support import changed
from tree_rows import Written

NAME = "openai-usage"


def container(tree: Written) -> dict[str, Any]:
    (found,) = tree.of_kind("Deployment")[NAME]["spec"]["template"]["spec"]["containers"]
    return dict(found)


def test_its_keys_come_from_the_secret_of_the_row(kserve: Written) -> None:
    taken = {
        each["name"]: each["valueFrom"]["secretKeyRef"] for each in container(kserve)["env"] if "valueFrom" in each
    }
    assert {name: (each["name"], each["key"]) for name, each in taken.items()} == {
        name: ("robotheus-secrets", name) for name in ("OPENAI_API_KEY", "GEMINI_API_KEY")
    }
    # It reads OpenAI alone: whoever has no key for Gemini need not make one up.
    assert [name for name, each in taken.items() if each.get("optional")] == ["GEMINI_API_KEY"]
    assert kserve.of_kind("Deployment")[NAME]["metadata"]["namespace"] == "monitoring"


def test_it_may_do_little(kserve: Written) -> None:
    spec = kserve.of_kind("Deployment")[NAME]["spec"]["template"]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    context = container(kserve)["securityContext"]
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert {"requests", "limits"} <= container(kserve)["resources"].keys()


def test_its_image_is_pinned_to_the_version_whose_metrics_are_known(kserve: Written) -> None:
    assert container(kserve)["image"].endswith("robotheus:v0.1.7")


def test_prometheus_finds_it(kserve: Written) -> None:
    service = kserve.of_kind("Service")[NAME]
    monitor = kserve.of_kind("ServiceMonitor")[NAME]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert monitor["metadata"]["namespace"] == service["metadata"]["namespace"]
    (endpoint,) = monitor["spec"]["endpoints"]
    (port,) = service["spec"]["ports"]
    assert endpoint["port"] == port["name"]
    assert port["targetPort"] in {each["name"] for each in container(kserve)["ports"]}
    pods = kserve.of_kind("Deployment")[NAME]["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= pods.items()


def test_two_never_run_at_once(kserve: Written) -> None:
    """Each would count the same usage."""
    spec = kserve.of_kind("Deployment")[NAME]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


@pytest.mark.parametrize("asked", [True, False])
def test_a_network_policy_is_there_where_asked(asked: bool) -> None:
    tree = changed("openshift-kserve", ("{networkPolicy: true}", f"{{networkPolicy: {str(asked).lower()}}}"))
    policies = [each.object for each in tree.base.objects if each.object["kind"] == "NetworkPolicy"]
    assert bool(policies) is asked
    for policy in policies:
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
        ports = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
        assert ports == {53, 5353, 443}
