"""Row K6: the DCGM exporter's monitor says whose labels win and which node it is; boards follow."""

from __future__ import annotations

import re

import pytest
from row_support import changed
from tree_rows import Written

from obsgen.pipeline import StackTree

WINS = "  honorLabels: true\n"


def gpu(tree: StackTree) -> tuple[bool, set[str]]:
    """Whether the page's labels win, and the label by which boards and alerts know a GPU's pod."""
    (monitor,) = (
        each.object
        for each in tree.base.objects
        if (each.object["kind"], each.object["metadata"]["name"]) == ("ServiceMonitor", "gpu")
    )
    (endpoint,) = monitor["spec"]["endpoints"]
    (board,) = (each.json for each in tree.boards if each.name == "local-models")
    (panel,) = (each for each in board["panels"] if each["title"] == "GPU utilisation")
    (alert,) = (each for each in tree.base.alerts if each.name == "GpuMemoryHigh")
    asked = panel["targets"][0]["expr"] + alert.expr
    return endpoint["honorLabels"], set(re.findall(r"(?<!\$)\b(?:exported_)?pod\b", asked))


def test_the_monitor_finds_the_operators_service(kserve: Written) -> None:
    spec = kserve.of_kind("ServiceMonitor")["gpu"]["spec"]
    (endpoint,) = spec["endpoints"]
    assert spec["namespaceSelector"] == {"matchNames": ["nvidia-gpu-operator"]}
    assert spec["selector"] == {"matchLabels": {"app": "nvidia-dcgm-exporter"}}
    assert (endpoint["port"], endpoint["honorLabels"]) == ("gpu-metrics", True)


def test_the_node_is_attached(kserve: Written) -> None:
    (endpoint,) = kserve.of_kind("ServiceMonitor")["gpu"]["spec"]["endpoints"]
    (node,) = (each for each in endpoint["relabelings"] if each["targetLabel"] == "node")
    assert node["sourceLabels"] == ["__meta_kubernetes_pod_node_name"]


@pytest.mark.parametrize(("wins", "labels"), [(True, {"pod"}), (False, {"exported_pod"})])
def test_boards_and_alerts_follow_the_choice(wins: bool, labels: set[str]) -> None:
    honored, asked = gpu(changed("openshift-kserve", (WINS, f"  honorLabels: {str(wins).lower()}\n")))
    assert honored is wins
    assert asked == labels
