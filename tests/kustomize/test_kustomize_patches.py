"""Patches from a base object to an environment's: their form, and that they give what they shall."""

from __future__ import annotations

from random import Random
from typing import Any

import kustomize_objects as make
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kustomize_support import deployment, metadata, rule

from obsgen.kustomize.jsonpatch import apply_operations, same_json
from obsgen.kustomize.merge import strategic_merge
from obsgen.kustomize.nodes import Node
from obsgen.kustomize.patches import Patch, UnpatchableError, delete_patch, object_patches

HEAD = {"apiVersion": "x.io/v1", "kind": "Rule", "metadata": {"name": "a", "namespace": "n"}}
TARGET = {"group": "x.io", "version": "v1", "kind": "Rule", "name": "a", "namespace": "n"}


def applied(base: Any, patches: list[Patch]) -> Any:
    for patch in patches:
        if isinstance(patch.content, dict):
            base = strategic_merge(base, patch.content)
        else:
            base = apply_operations(Node(base), Node(patch.content), []).value
    return base


def printed(wanted: Any) -> Any:
    """kustomize prints no empty annotations."""
    kept = {key: value for key, value in wanted["metadata"].items() if key != "annotations" or value}
    return {**wanted, "metadata": kept}


def operations(base: Any, wanted: Any) -> list[Any]:
    """The operations of the only patch that is needed."""
    (patch,) = object_patches(base, wanted)
    assert patch.target == TARGET
    assert isinstance(patch.content, list)
    return patch.content


def test_equal_objects_need_no_patch() -> None:
    assert object_patches(rule(spec={"a": [1, {"b": None}]}), rule(spec={"a": [1, {"b": None}]})) == []


def test_a_changed_added_and_removed_key_are_one_untargeted_merge() -> None:
    base = rule(spec={"keep": 1, "change": {"deep": "a", "same": "b"}, "drop": {"x": 1}})
    wanted = rule(spec={"keep": 1, "change": {"deep": "c", "same": "b"}, "new": {"y": {}}})
    (patch,) = object_patches(base, wanted)
    assert patch == Patch({**HEAD, "spec": {"change": {"deep": "c"}, "drop": None, "new": {"y": {}}}})
    assert patch.entry("patch-rule-a.yaml") == {"path": "patch-rule-a.yaml"}


def test_a_null_of_the_base_can_be_filled_and_removed() -> None:
    (patch,) = object_patches(rule(spec={"a": None, "b": None, "c": None}), rule(spec={"a": {"x": 1}, "c": None}))
    assert patch.content == {**HEAD, "spec": {"a": {"x": 1}, "b": None}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a": 1}, "text"),
        ({"a": 1}, [1]),
        ([1], {"a": 1}),
        ([1], 1),
        (1, [1]),
        ("text", {"a": 1}),
        ("80", 80),  # kustomize would keep the quotes
        ("true", True),
        ("one line", "tab\tand more"),  # a block or quotes of the base would spoil these
        ("one line", "text \n\n  indented\n"),
    ],
)
def test_what_a_merge_cannot_do_is_replaced_by_operation(old: Any, new: Any) -> None:
    patches = object_patches(rule(spec={"k": old}), rule(spec={"k": new}))
    assert all(patch.target == TARGET for patch in patches)
    assert same_json(applied(rule(spec={"k": old}), patches), rule(spec={"k": new}))


def test_data_that_looks_like_a_directive_is_no_directive() -> None:
    assert operations(rule(spec={"k": {}}), rule(spec={"k": {"$patch": "delete"}}))[0]["path"] == "/spec/k/$patch"
    assert operations(rule(spec={"k": {"$patch": "delete"}}), rule(spec={"k": {}}))[0]["op"] == "remove"


def test_keys_are_escaped_in_pointers() -> None:
    old, new = {"a/b~c": [1], "d.e": [1], "": [1]}, {"a/b~c": [], "d.e": [], "": []}
    paths = [operation["path"] for operation in operations(rule(spec=old), rule(spec=new))]
    assert paths == ["/spec/", "/spec/a~1b~0c", "/spec/d.e"]


def test_a_new_list_is_never_merged_even_inside_a_new_mapping() -> None:
    wanted = {"op": "add", "path": "/spec/new", "value": {"deep": {"list": [1]}}}
    assert operations(rule(spec={}), rule(spec={"new": {"deep": {"list": [1]}}})) == [wanted]


def test_an_object_with_an_empty_key_is_not_merged_because_kustomize_cannot() -> None:
    base, wanted = rule(spec={"": 1, "a": 1}), rule(spec={"": 1, "a": 2})
    assert operations(base, wanted) == [{"op": "replace", "path": "/spec/a", "value": 2}]


def test_a_merge_that_would_drop_duplicates_elsewhere_is_avoided() -> None:
    pod = {"containers": [{"name": "c", "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}]}
    base = deployment(**pod)
    (patch,) = object_patches(base, metadata(base, labels={"a": "b"}))
    assert patch.content == [{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]
    assert patch.target is not None


def test_the_last_annotation_and_the_last_label_can_go() -> None:
    base = metadata(rule(), annotations={"a": "b"}, labels={"c": "d"})
    (patch,) = object_patches(base, rule())
    assert patch.content == metadata(rule(), annotations=None, labels=None)
    assert object_patches(base, metadata(rule(), annotations={}, labels={"c": "d"}))[0].content == metadata(
        rule(), annotations={"a": None}
    )


def test_a_core_object_is_targeted_without_hitting_its_namesake_in_another_group() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a.b"}, "spec": {"ports": [{"port": 1}]}}
    (patch,) = object_patches(service, {**service, "spec": {"ports": []}})
    assert patch.target == {"group": "^$", "version": "v1", "kind": "Service", "name": "a\\.b", "namespace": "default"}
    cluster_role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a"}}
    (patch,) = object_patches(cluster_role, {**cluster_role, "rules": []})
    assert patch.entry("p.yaml")["target"].keys() == {"group", "version", "kind", "name"}


def test_names_namespaces_and_kinds_change_last_and_by_operation() -> None:
    wanted = {"apiVersion": "y.io/v2", "kind": "Other", "metadata": {"name": "b"}, "spec": {"a": [2]}}
    assert operations(rule(spec={"a": [1]}), wanted) == [
        {"op": "test", "path": "/spec/a/0", "value": 1},
        {"op": "replace", "path": "/spec/a/0", "value": 2},
        {"op": "replace", "path": "/apiVersion", "value": "y.io/v2"},
        {"op": "replace", "path": "/kind", "value": "Other"},
        {"op": "replace", "path": "/metadata/name", "value": "b"},
        {"op": "remove", "path": "/metadata/namespace"},
    ]


def test_removal_names_the_object_and_nothing_else() -> None:
    assert delete_patch(metadata(rule(spec={}), labels={"a": "b"})) == Patch({**HEAD, "$patch": "delete"})


@pytest.mark.parametrize(
    ("base", "wanted", "told"),
    [
        ({}, {"a": None}, "/spec/a shall be null"),
        ({}, {"a": {"b": None}}, "/spec/a/b shall be null"),
        ({"a": [1]}, {"a": [1, {"b": None}]}, "/spec/a/1/b shall be null"),
        ({"a": 1}, {"a": None}, "/spec/a shall be null"),
        ({"a": [1]}, {"a": [2**53 + 1]}, "/spec/a/0 is 9007199254740993, which"),
    ],
)
def test_what_no_patch_can_say_is_refused_with_its_path(base: Any, wanted: Any, told: str) -> None:
    with pytest.raises(UnpatchableError) as refused:
        object_patches(rule(spec=base), rule(spec=wanted))
    assert told in str(refused.value)


@given(st.randoms())
def test_any_difference_is_made(r: Random) -> None:
    base, wanted = make.pair(r)
    assert same_json(printed(applied(base, object_patches(base, wanted))), printed(wanted))


@given(st.randoms())
def test_no_merge_holds_a_list(r: Random) -> None:
    for patch in object_patches(*make.pair(r)):
        if isinstance(patch.content, dict):
            assert not has_list(patch.content)


def has_list(value: Any) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and any(map(has_list, value.values())))


def labelled(name: str, **labels: str) -> Any:
    return metadata(rule(name), labels=labels)


def test_common_labels_are_left_out_of_patches() -> None:
    assert object_patches(rule(), labelled("a", env="dev"), {"env": "dev"}) == []
    (patch,) = object_patches(labelled("a", old="1", env="base"), labelled("a", env="dev", new="2"), {"env": "dev"})
    assert patch.content == metadata(rule(), labels={"old": None, "new": "2"})


def test_an_object_that_shall_not_have_a_common_label_is_refused() -> None:
    with pytest.raises(UnpatchableError, match="lacks the label env=dev"):
        object_patches(rule(), rule(), {"env": "dev"})
