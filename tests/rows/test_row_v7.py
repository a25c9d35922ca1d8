"""Row V7: the tree's README has the commands that show rules, boards and alerts on a cluster, with their real names."""

from __future__ import annotations

import re

import pytest
from documents import blocks
from tree_rows import Written, profiles

GET = re.compile(r"^kubectl get (\S+)(?: -n (\S+))? (.+)$", re.MULTILINE)


@pytest.fixture(scope="module", params=profiles())
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(request.param, tmp_path_factory.mktemp("verify"))


def commands(tree: Written) -> str:
    """The commands of the production environment."""
    (text,) = blocks(tree.section("See it on a cluster (prod)"), "sh")
    return text


def overlay(tree: Written) -> str:
    """Where the objects of production are: in the first of its clusters, if it has some."""
    parts = {"platform", "monitors", "rules", "dashboards"}
    folders = sorted(each.parent.name for each in (tree.root / "overlays/prod").glob("*/kustomization.yaml"))
    return next((f"prod/{name}" for name in folders if name not in parts), "prod")


def test_every_object_that_is_asked_for_is_in_the_tree(tree: Written) -> None:
    found = {
        (each["kind"].lower(), each["metadata"].get("namespace"), each["metadata"]["name"])
        for each in (*tree.objects(overlay(tree)), *tree.applied())
    }
    asked = {
        (kind.partition(".")[0].removesuffix("s"), namespace or None, name)
        for kind, namespace, names in GET.findall(commands(tree))
        for name in names.split()
    }
    # Applications of a set are made by Argo CD.
    made = {"application"} if "applicationset" in {kind for kind, _, _ in found} else set()
    assert {each for each in asked - found if each[0] not in made} == set()
    assert len(asked) > 5


@pytest.mark.parametrize("kind", ["PrometheusRule", "ServiceMonitor", "PodMonitor"])
def test_nothing_that_is_watched_is_left_out(kind: str, tree: Written) -> None:
    told = {name for found, _, names in GET.findall(commands(tree)) if found == kind.lower() for name in names.split()}
    assert told == set(tree.of_kind(kind))


def test_boards_are_shown(tree: Written) -> None:
    boards = {
        name
        for name, each in tree.of_kind("ConfigMap").items()
        if any(key.endswith(".json") for key in each.get("data", {}))
    }
    assert boards
    assert all(re.search(rf" {name}( |$)", commands(tree), re.MULTILINE) for name in boards)


def test_the_groups_of_rules_are_looked_for_by_name(tree: Written) -> None:
    (pattern,) = re.findall(r"""/rules \| grep -oE '"name":"\(([^)]*)\)"'""", commands(tree))
    groups = {group["name"] for _, group in tree.groups() if group["name"] != "obsgen-thresholds"}
    assert set(pattern.split("|")) == groups


def test_prometheus_is_asked_for_targets_and_for_the_state_of_alerts(tree: Written) -> None:
    text = commands(tree)
    (port,) = set(re.findall(r"port-forward -n \S+ svc/\S+ (\d+):\d+", text))
    for page in ("rules", "targets", "alerts"):
        assert re.search(rf"^curl -s localhost:{port}/api/v1/{page}", text, re.MULTILINE)


def test_the_original_s_applications_and_rules_are_named(vllm_triton: Written) -> None:
    text = commands(vllm_triton)
    for name in ("grafana-dashboards", "ml-alerts", "triton-inference-cpu", "ml-production-alerts", "-n ai-platform"):
        assert name in text
    for group in ("vllm-performance", "vllm-infrastructure", "triton-alerts"):
        assert group in text
