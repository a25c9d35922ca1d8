"""Environments: how they change a profile, and where every value of the result was written."""

from __future__ import annotations

from typing import Any

import pytest
from engine_support import ALPHA, HEAD, finding, findings, marked, profile

from obsgen.profile.environments import merge
from obsgen.profile.load import load_text
from obsgen.source import Document

SERVERS = """\
modelServers:
  - {name: a, type: alpha, namespace: one}
  - {name: b, type: beta}
"""


def merged(text: str, environment: str = "dev") -> dict[str, Any]:
    return merge(document(text), environment).value


def document(text: str) -> Document:
    (only,) = load_text(HEAD + text, "profile.yaml")
    return only


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("cluster: {name: x}", {"name": "x", "region": "r"}),
        ("cluster: {region: null}", {"name": "main"}),
        ("cluster: {region: other, provider: p}", {"name": "main", "region": "other", "provider": "p"}),
    ],
)
def test_mappings_merge_key_by_key(change: str, value: object) -> None:
    text = f"cluster: {{name: main, region: r}}\nenvironments: {{dev: {{{change}}}}}\n"
    assert merged(text)["cluster"] == value


@pytest.mark.parametrize(
    ("change", "servers"),
    [
        ("{a: {namespace: two}}", [("a", "two"), ("b", None)]),
        ("{a: null}", [("b", None)]),
        ("{a: null, b: {namespace: three}}", [("b", "three")]),
        ("{a: {namespace: null}}", [("a", None), ("b", None)]),
        ("{z: {type: beta}, c: {type: beta}}", [("a", "one"), ("b", None), ("c", None), ("z", None)]),
    ],
)
def test_lists_of_named_items_are_changed_by_name(change: str, servers: list[tuple[str, str | None]]) -> None:
    result = merged(f"{SERVERS}environments: {{dev: {{modelServers: {change}}}}}\n")
    assert [(each["name"], each.get("namespace")) for each in result["modelServers"]] == servers


def test_the_profile_without_environments_is_left_as_it_is() -> None:
    read = document(f"{SERVERS}environments: {{dev: {{modelServers: {{a: null}}}}}}\n")
    assert merge(read, None).value == {"stack": "demo", "modelServers": read.value["modelServers"]}
    assert merge(read, "prod").value == merge(read, None).value
    assert len(read.value["modelServers"]) == 2, "the file's data must not change"


@pytest.mark.parametrize(
    "text",
    [
        "modelServers:\n  - {name: a, type: alpha, namespace: ^ONE}\nenvironments: {dev: {}}\n",
        f"{SERVERS}environments:\n  dev:\n    modelServers: {{a: {{namespace: ^ONE}}}}\n",
        f"{SERVERS}environments:\n  dev:\n    modelServers: {{a: null, b: {{namespace: ^ONE}}}}\n",
        f"{SERVERS}environments:\n  dev:\n    modelServers: {{new: {{type: alpha, namespace: ^ONE}}}}\n",
        "environments:\n  dev:\n    modelServers: [{name: new, type: alpha, namespace: ^ONE}]\n",
        "environments:\n  dev:\n    modelServers: {new: {type: alpha, namespace: ^ONE}}\n",
        "cluster: {region: r}\nenvironments:\n  dev:\n    cluster: {name: ^ONE}\n",
        "environments:\n  dev:\n    cluster: {name: ^ONE}\n",
    ],
)
def test_a_fault_is_told_where_the_value_was_written(text: str) -> None:
    source, line, column = marked(HEAD + text)
    place = next(each.place for each in findings(source) if "'ONE'" in each.message)
    assert (place.line, place.column) == (line, column)


@pytest.mark.parametrize(
    ("change", "told", "hint"),
    [
        ("{^gpuExportr: null}", "no 'gpuExportr' to remove", ""),
        ("{cluster: {name: x}, modelServers: {^chta: null}}", "no 'chta' to remove", "did you mean 'chat'?"),
        ("{modelServers: {^chat: 5}}", "cannot be changed into this", "null to remove"),
        ("{^stack: other}", "same in every environment", "profile's top"),
        ("{^templates: [x]}", "same in every environment", "profile's top"),
        ("{^dashboards: {alpha: {enabled: false}}}", "same in every environment", "profile's top"),
        ("{^clutser: {name: x}}", "unknown key 'clutser'", "did you mean 'cluster'?"),
        ("{^environments: {}}", "unknown key 'environments'", ""),
        ("{modelServers: ^5}", "must be a list", ""),
    ],
)
def test_changes_that_say_nothing_are_refused(change: str, told: str, hint: str) -> None:
    source, line, column = marked(f"{ALPHA}environments:\n  dev: {change}\n")
    only = finding(source)
    assert told in only.message
    assert hint in only.hint
    assert (only.place.line, only.place.column) == (line, column)


def test_environments_that_would_overwrite_each_other_are_refused() -> None:
    source, line, column = marked(
        f"{ALPHA}environments:\n  dev: {{cluster: {{name: x}}}}\n  ^qa: {{cluster: {{name: x}}}}\n"
    )
    only = finding(source)
    assert only.id == "profile/same-destination"
    assert (only.place.line, only.place.column) == (line, column)
    assert not findings(source.replace("qa: {", "qa: {namespaces: {monitoring: other}, "))


def test_a_profile_without_environments_has_one() -> None:
    assert list(profile(ALPHA).environments) == ["prod"]
    assert list(profile(ALPHA + "environments: {}\n").environments) == ["prod"]


def test_environments_come_in_the_order_of_their_names() -> None:
    text = ALPHA + "environments: {prod: {cluster: {name: p}}, dev: {cluster: {name: d}}}\n"
    assert list(profile(text).environments) == ["dev", "prod"]
