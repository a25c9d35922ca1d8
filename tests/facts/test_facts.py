"""Facts: in files that people write, in trees, in flags."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.facts import Facts, Monitoring, Running, TreeFacts, assumed, facts_in, tree_facts
from obsgen.findings import InputError
from obsgen.source import load_text, one_document

HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Facts\n"


def read(text: str) -> tuple[Facts, list[str]]:
    facts, faults = facts_in(one_document(load_text(HEAD + text, "facts.yaml"), "facts.yaml", "facts"))
    return facts, [f"{each.id} {each.place}" for each in faults]


def test_a_file_says_what_runs_and_what_prometheus_selects() -> None:
    facts, faults = read(
        "servers: [{component: oven, versions: '1.0'}]\n"
        "prometheus: {namespace: monitoring, selectorLabels: {release: main}, scrapeInterval: 15s}\n"
        "metrics: {shop_total: {type: counter}}\n"
        "secrets: [monitoring/keys]\n"
    )
    assert faults == []
    assert facts.servers == (Running(component="oven", versions=("1.0",)),)
    assert facts.prometheus
    assert (facts.prometheus.selector_labels, facts.prometheus.scrape_interval) == ({"release": "main"}, "15s")
    assert list(facts.metrics) == ["shop_total"]
    assert facts.secrets == ("monitoring/keys",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("serverz: []\n", "facts/unknown-key facts.yaml:3:1"),
        ("servers: [{version: 1}]\n", "facts/unknown-key facts.yaml:3:12"),
        ("secrets: [keys]\n", "facts/value facts.yaml:3:11"),
        ("prometheus: {scrapeInterval: 5 parsecs}\n", "profile/duration facts.yaml:3:30"),
        ("metrics: {shop_seconds: {type: histogram}}\n", "profile/metric facts.yaml:3:11"),
    ],
)
def test_faults_stand_at_their_places(text: str, fault: str) -> None:
    facts, faults = read(text)
    assert fault in faults
    assert facts == Facts()


def test_a_file_with_faults_is_told_by_validate(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(HEAD + "serverz: []\n")
    report = validate([tmp_path], "off")
    assert [finding.id for finding in report.findings] == ["facts/unknown-key"]


def test_versions_are_text_however_they_are_written() -> None:
    (document,) = load_text(HEAD + "servers: [{component: oven, versions: [0.10]}]\n", "facts.yaml")
    assert facts_in(document)[0].servers[0].versions == ("0.10",)


@pytest.mark.parametrize(
    ("text", "versions"), [("oven=1.0", ("1.0",)), ("oven=1.0,2.0", ("1.0", "2.0")), ("oven= 1.0 ", ("1.0",))]
)
def test_flags_say_which_versions_run(text: str, versions: tuple[str, ...]) -> None:
    assert assumed([text], ["oven"]).servers == (Running(component="oven", versions=versions),)


def test_all_faults_of_flags_are_told_at_once() -> None:
    with pytest.raises(InputError) as refusal:
        assumed(["oven", "stove=1.0", "oven="], ["oven"])
    assert [finding.id for finding in refusal.value.findings] == ["facts/assume"] * 3


def tree(folder: Path, value: object) -> Path:
    (folder / ".obsgen").mkdir(parents=True)
    (folder / ".obsgen/facts.json").write_text(json.dumps(value))
    return folder


def test_a_tree_carries_its_facts_for_all_files_below(tmp_path: Path) -> None:
    servers = [{"component": "oven", "versions": ["1.0"]}]
    root = tree(tmp_path / "out/shop", {"schemaVersion": 1, "environments": {"prod": {"servers": servers}}})
    found = tree_facts(root / "base/rules/a.yaml")
    assert found
    assert found[0] == root
    assert found[1].of("prod").servers == (Running(component="oven", versions=("1.0",)),)
    assert tree_facts(tmp_path / "elsewhere.yaml") is None


@pytest.mark.parametrize("value", [[], {"schemaVersion": 2, "environments": {}}, {"environments": 1}])
def test_facts_that_cannot_be_read_are_none(tmp_path: Path, value: object) -> None:
    root = tree(tmp_path / "shop", value)
    assert tree_facts(root / "base/a.yaml") is None


def test_links_are_not_followed(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", {"schemaVersion": 1, "environments": {}})
    other = tmp_path / "other/.obsgen"
    other.mkdir(parents=True)
    (other / "facts.json").symlink_to(root / ".obsgen/facts.json")
    assert tree_facts(other.parent / "a.yaml") is None


def test_a_cluster_of_its_own_has_facts_of_its_own() -> None:
    facts = TreeFacts(environments={"prod": Facts(cluster="all")}, others={"prod/eu": Facts(cluster="eu")})
    assert facts.of("prod", "eu").cluster == "eu"
    assert facts.of("prod", "us").cluster == "all"
    assert facts.of("prod").cluster == "all"


def test_facts_of_several_places_are_put_together() -> None:
    one = Facts(servers=(Running(component="oven", versions=("1.0",)),), secrets=("a/b",))
    other = Facts(servers=(Running(component="oven", versions=("2.0",)),), prometheus=Monitoring(name="main"))
    both = one.plus(other)
    assert [each.versions for each in both.running("oven")] == [("1.0",), ("2.0",)]
    assert both.prometheus == Monitoring(name="main")
    assert one.plus(one) == one


def test_other_versions_replace_those_that_run() -> None:
    facts = Facts(servers=(Running(component="oven", versions=("1.0",), namespace="kitchen"),))
    assert facts.at({"oven": ("2.0",)}).servers == (Running(component="oven", versions=("2.0",), namespace="kitchen"),)
    assert facts.at({"mixer": ("1",)}) == facts
    assert facts.at({}) is facts
