"""Names that two parts of a stack have: the first keeps it, the other is heard and left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from stack_support import COMPONENT, Resolved, component

PLATFORM = "title: P\nrole: platform\ndescription: d\nactivate: 'true'\n"
TWICE = "modelServers: [{name: a, type: shop}, {name: a, type: shop%s}, {name: b, type: shop}]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    component(tmp_path)
    component(tmp_path, PLATFORM, name="plat")
    return tmp_path


def test_of_two_servers_of_one_name_the_first_stays(root: Path) -> None:
    found = Resolved(root, TWICE % "")
    assert [each.name for each in found.base.instances] == ["a", "b", "plat"]
    assert found.messages == {"the name 'a' is used twice"}
    assert not found.base.complete


def test_what_is_wrong_with_the_second_is_told_all_the_same(root: Path) -> None:
    found = Resolved(root, TWICE % ", options: {x: 1}")
    assert found.messages == {"the name 'a' is used twice", "shop has no option 'x'"}


def test_a_name_counts_though_the_component_of_the_first_cannot_be_had(root: Path) -> None:
    found = Resolved(root, "modelServers: [{name: a, type: shap}, {name: a, type: shop}]\n")
    assert {each.id for each in found.findings} == {"profile/unknown-component", "profile/duplicate-name"}


def test_a_server_keeps_the_name_of_a_part_of_the_platform(root: Path) -> None:
    found = Resolved(root, "modelServers: [{name: plat, type: shop}]\nplatform: {plat: {options: {x: 1}}}\n")
    assert [each.folder.name for each in found.base.instances] == ["shop"]
    assert {each.id for each in found.findings} == {"profile/duplicate-name", "profile/unknown-option"}
    assert not found.base.complete


@pytest.mark.parametrize(("servers", "complete"), [("{name: a, type: shop}", True), ("{name: a, type: shap}", False)])
def test_a_stack_is_complete_if_no_server_is_missing(root: Path, servers: str, complete: bool) -> None:
    assert Resolved(root, f"modelServers: [{servers}]\n").base.complete is complete


def test_conditions_of_the_platform_see_all_servers_and_those_of_servers_none(root: Path) -> None:
    """What a server's texts may speak of does not depend on where in the list it stands."""
    component(root, PLATFORM + 'preconditions: [{text: "<< servers | length >> servers"}]\n', name="plat")
    component(root, COMPONENT + 'preconditions: [{text: "<< servers | length >> before"}]\n', name="shop")
    found = Resolved(root, "modelServers: [{name: a, type: shop}, {name: b, type: shop}]\n")
    assert [text for text, _ in found.base.preconditions] == ["0 before", "2 servers"]
