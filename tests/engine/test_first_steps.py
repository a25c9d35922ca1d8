"""What somebody meets who tries the tool: empty profiles, several at once, names that nobody knows yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import ALPHA, HEAD, Command, finding, findings, objects, tree

from obsgen.components.versions import VersionError, choose
from obsgen.hints import nearest


def test_a_profile_that_watches_nothing_says_so(obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(HEAD + "kubernetes: {nodes: false}\n")
    assert "nothing to watch: write `modelServers:`" in obsgen("render", "profile.yaml").err
    (tmp_path / "profile.yaml").write_text(ALPHA)
    assert "nothing to watch" not in obsgen("render", "profile.yaml").err


def test_of_several_trees_all_are_to_be_validated_next(obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ALPHA)
    assert obsgen("render", "one.yaml").err.rstrip().endswith("obsgen validate out/demo")
    other = ALPHA.replace("stack: demo", "stack: other").replace("chat", "search")
    (tmp_path / "two.yaml").write_text(other)
    assert obsgen("render", "one.yaml", "two.yaml", "--out", "there").err.rstrip().endswith("obsgen validate there")


def test_a_type_like_no_other_may_be_one_of_ones_own() -> None:
    assert "`--templates DIR`" in finding(HEAD + "modelServers: [{name: a, type: zzz}]\n").hint
    assert "--templates" not in finding(HEAD + "modelServers: [{name: a, type: alhpa}]\n").hint


def test_the_second_half_of_a_version_is_completed() -> None:
    known = ("3.3.6-3.4.2", "4.5.0-4.8.3", "4.6.0-4.8.3")
    with pytest.raises(VersionError) as caught:
        choose("4.8.3", known)
    assert caught.value.hint == "write 4.6.0-4.8.3"
    assert choose("4.5.0", known) == "4.5.0-4.8.3"


def test_a_name_is_listed_once() -> None:
    assert nearest("zzz", ["a", "b", "a"]) == "known: a, b"


HUB = "clusters: [{name: one}]\nhub: {cluster: {name: all}, mode: remoteWrite}\n"


def test_a_hub_without_an_address_is_told_once_and_in_the_profile() -> None:
    assert [(each.id, each.place.file) for each in findings(ALPHA + HUB)] == [("profile/endpoint", "profile.yaml")]


@pytest.mark.parametrize(
    ("above", "labels", "left"),
    [
        ("", "{release: null, team: ml}", {"team": "ml"}),
        ("", "{release: null}", {}),
        ("prometheus: {scrapeInterval: 15s}\n", "{release: null, team: ml}", {"team": "ml"}),
        ("prometheus: {selectorLabels: {release: x}}\n", "{release: null, team: ml}", {"team": "ml"}),
        ("prometheus: {selectorLabels: {release: x}}\n", "{team: ml}", {"release": "x", "team": "ml"}),
    ],
)
def test_null_removes_a_selectors_label_though_it_was_only_assumed(
    above: str, labels: str, left: dict[str, str]
) -> None:
    dev = f"dev: {{cluster: {{name: d}}, prometheus: {{selectorLabels: {labels}}}}}"
    made = tree(f"{ALPHA}{above}environments: {{{dev}, prod: {{}}}}\n").environments["dev"]
    (monitor,) = (each.object for each in objects(made) if each.object["kind"] == "ServiceMonitor")
    found = monitor["metadata"]["labels"]
    assert {key: found[key] for key in ("release", "team") if key in found} == left


def test_null_at_the_top_removes_nothing() -> None:
    told = finding(f"{ALPHA}prometheus: {{selectorLabels: {{release: null}}}}\n")
    assert told.message == "prometheus.selectorLabels.release must be text, not a null"
