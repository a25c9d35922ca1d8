"""Environments beside each other: what they leave out, and whose boards meet in one Grafana."""

from __future__ import annotations

from pathlib import Path

import pytest
from stack_support import COMPONENT, Resolved, component

SERVERS = """\
modelServers: [{name: a, type: shop}, {name: b, type: shop}]
gpuExporter: {type: gauge}
providers: [{name: m, type: meter, covers: [acme]}]
"""


@pytest.fixture
def market(tmp_path: Path) -> Path:
    component(tmp_path)
    component(tmp_path, COMPONENT.replace("modelServer", "gpuExporter"), name="gauge")
    component(tmp_path, COMPONENT.replace("modelServer", "provider") + "covers: [acme]\n", name="meter")
    return tmp_path


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        ("{}", ()),
        ("{modelServers: {a: {namespace: x}}}", ()),
        ("{modelServers: {b: null}}", ("model server b",)),
        ("{modelServers: null}", ("model server a", "model server b")),
        ("{gpuExporter: null, providers: {m: null}}", ("GPU exporter gpu", "provider m")),
        ("{modelServers: {a: null, c: {type: shop}}}", ("model server a",)),
    ],
)
def test_servers_that_an_environment_leaves_out(market: Path, change: str, left_out: tuple[str, ...]) -> None:
    found = Resolved(market, f"{SERVERS}environments: {{dev: {change}, prod: {{}}}}\n")
    assert found.findings == []
    assert found.stacks["dev"].left_out == left_out
    assert found.stacks["prod"].left_out == found.base.left_out == ()


def uids(root: Path, text: str) -> dict[str, list[str]]:
    stacks = Resolved(root, SERVERS + text).stacks
    return {name: [each for each in stack.assumptions if "uids" in each] for name, stack in stacks.items()}


@pytest.mark.parametrize("cluster", ["", "cluster: {name: one}\n", "cluster: {server: 'https://one.example.org'}\n"])
def test_boards_that_meet_on_one_cluster_are_told(market: Path, cluster: str) -> None:
    text = f"{cluster}environments: {{dev: {{namespaces: {{monitoring: d}}}}, prod: {{namespaces: {{grafana: p}}}}}}\n"
    found = uids(market, text)
    told = "the boards of prod on the same cluster have the same uids (grafana.sidecarLabel, or cluster.name)"
    assert found["dev"] == [f"Grafana's sidecar of dev loads ConfigMaps of d alone: {told}"]
    assert "of p alone: the boards of dev" in found["prod"][0]


@pytest.mark.parametrize(
    ("dev", "prod"),
    [
        ("cluster: {name: d}", "cluster: {name: p}"),
        ("cluster: {server: 'https://d.example.org'}", "cluster: {server: 'https://p.example.org'}"),
        ("grafana: {sidecarLabel: {x: '1'}}", "grafana: {sidecarLabel: {x: '2'}}"),
        ("grafana: {delivery: provisioned}", "labels: {}"),
        ("grafana: {delivery: provisioned}", "grafana: {delivery: provisioned}"),
    ],
)
def test_boards_that_cannot_meet_are_not_told(market: Path, dev: str, prod: str) -> None:
    spaces = "namespaces: {monitoring: d}"
    text = f"environments: {{dev: {{{dev}, {spaces}}}, prod: {{{prod}}}}}\n"
    assert uids(market, text) == {"dev": [], "prod": []}


def test_all_neighbours_are_named(market: Path) -> None:
    spaces = ", ".join(f"{name}: {{namespaces: {{monitoring: {name}}}}}" for name in ("a", "b", "c"))
    assert "the boards of a, c on" in uids(market, f"environments: {{{spaces}}}\n")["b"][0]


def test_one_environment_has_no_neighbours(market: Path) -> None:
    assert uids(market, "") == {"prod": []}
