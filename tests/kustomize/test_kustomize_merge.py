"""Strategic merge: what kustomize 5.8.2 does, measured, the odd parts included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kustomize_support import Real, deployment, metadata, patched, rule, same_objects

from obsgen.findings import InputError
from obsgen.kustomize.kinds import merge_schema
from obsgen.kustomize.merge import strategic_merge
from obsgen.kustomize.patches import Patch


def merged(base: Any, patch: Any) -> Any:
    """What becomes of a custom resource's spec."""
    found = strategic_merge(rule(spec=base), rule(spec=patch))
    assert found is not None
    return found["spec"]


def pod(base: Any, patch: Any) -> Any:
    """What becomes of a Deployment's pod."""
    found = strategic_merge(deployment(**base), deployment(**patch))
    assert found is not None
    return found["spec"]["template"]["spec"]


SPECS: list[tuple[Any, Any, Any]] = [
    ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
    ({"a": 1}, {"a": None}, {}),
    ({"a": 1}, {"b": None}, {"a": 1}),
    ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}),
    ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
    ({}, {"a": {"b": {}}}, {"a": {"b": {}}}),
    ({}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
    ({"a": None}, {"b": 1}, {"a": None, "b": 1}),
    ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ({"a": None}, {"a": None}, {}),
    ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
    ({"a": [1]}, {"a": None}, {}),
    ({"a": [{"name": "x"}]}, {"a": [{"name": "y", "z": None}]}, {"a": [{"name": "y", "z": None}]}),
    ({"a": {"b": 1, "c": 2}}, {"a": {"$patch": "replace", "d": 3}}, {"a": {"d": 3}}),
    ({"a": {"b": 1}}, {"a": {"$patch": "delete"}}, {}),
    ({"a": {"b": 1}}, {"a": {"$patch": "merge", "c": 2}}, {"a": {"b": 1, "c": 2}}),
    ({}, {"a": {"b": {"$patch": "delete"}, "c": {"$patch": "replace", "d": 1}}}, {"a": {"c": {"d": 1}}}),
]


@pytest.mark.parametrize(("base", "patch", "result"), SPECS)
def test_mappings_merge_and_lists_of_custom_resources_are_replaced(base: Any, patch: Any, result: Any) -> None:
    assert merged(base, patch) == result


def test_a_patch_that_deletes_leaves_nothing() -> None:
    assert strategic_merge(rule(spec={}), rule() | {"$patch": "delete"}) is None


def c(name: str, **more: Any) -> Any:
    return {"name": name, **more}


CONTAINERS: list[tuple[Any, Any, Any]] = [
    # Items of the patch come first, in the patch's order.
    ([c("a", v=1), c("b")], [c("b", v=2), c("z")], [c("b", v=2), c("z"), c("a", v=1)]),
    ([c("a"), c("b")], [c("a", **{"$patch": "delete"})], [c("b")]),
    # Replacing one item is silently ignored.
    ([c("a", v=1)], [c("a", w=2, **{"$patch": "replace"})], [c("a", v=1)]),
    ([c("a"), c("b")], [{"$patch": "replace"}, c("q")], [c("q")]),
    # Duplicates go: the last one wins in the first one's place.
    ([c("a", v=1), c("b"), c("a", v=2)], [], [c("a", v=2), c("b")]),
]


@pytest.mark.parametrize(("base", "patch", "result"), CONTAINERS)
def test_containers_merge_by_name(base: Any, patch: Any, result: Any) -> None:
    assert pod({"containers": base}, {"containers": patch})["containers"] == result


def test_lists_that_a_patch_does_not_mention_lose_duplicates_too() -> None:
    env = [c("E", value="1"), c("E", value="2"), c("F")]
    found = pod({"containers": [c("a", env=env)], "args": [1, 1]}, {"replicas": 1})
    assert found == {"containers": [c("a", env=[c("E", value="2"), c("F")])], "args": [1, 1], "replicas": 1}


def test_a_list_is_removed_by_null_or_directive() -> None:
    assert pod({"containers": [c("a")]}, {"containers": None}) == {}
    assert pod({"containers": [c("a")]}, {"containers": [{"$patch": "delete"}]}) == {}


TCP, UDP, PLAIN = ({"containerPort": 53, **more} for more in ({"protocol": "TCP"}, {"protocol": "UDP"}, {}))


PORTS: list[tuple[Any, Any, Any]] = [
    ([TCP, UDP, {"containerPort": 54}], [], [TCP, UDP, {"containerPort": 54}]),
    # With protocols, what was there before comes last; without any, the patch comes first.
    ([TCP, UDP], [c("x", containerPort=1), c("u", **UDP)], [c("x", containerPort=1), TCP, c("u", **UDP)]),
    ([PLAIN, {"containerPort": 54}], [c("x", containerPort=54)], [c("x", containerPort=54), PLAIN]),
    ([UDP, TCP, c("u", **UDP)], [], [TCP, c("u", **UDP)]),
    ([PLAIN], [{**PLAIN, "containerPort": "53", "name": "x"}], [{"containerPort": "53", "name": "x"}]),
    ([TCP, UDP], [{**UDP, "$patch": "delete"}], [TCP]),
    ([TCP], [{"$patch": "replace"}, UDP], [UDP]),
]


@pytest.mark.parametrize(("base", "patch", "result"), PORTS)
def test_ports_are_known_by_number_and_protocol(base: Any, patch: Any, result: Any) -> None:
    found = pod({"containers": [c("a", ports=base)]}, {"containers": [c("a", ports=patch)]})
    assert found["containers"][0]["ports"] == result


def test_finalizers_are_a_set_of_the_patch_first() -> None:
    base = deployment() | {"metadata": {"name": "a", "finalizers": ["b", "a", "b"]}}
    found = strategic_merge(base, deployment() | {"metadata": {"name": "a", "finalizers": ["c", "b"]}})
    assert found is not None
    assert found["metadata"]["finalizers"] == ["c", "b", "a"]


def test_a_built_in_object_inside_a_custom_one_merges_like_itself() -> None:
    inner = deployment(containers=[c("a"), c("b")])
    found = merged({"object": inner}, {"object": deployment(containers=[c("b", x=1)])})
    assert found["object"]["spec"]["template"]["spec"]["containers"] == [c("b", x=1), c("a")]


@pytest.mark.parametrize("api_version", ["apps/v1beta1", "autoscaling/v2", "x.io/v1"])
def test_versions_that_kustomize_does_not_know_are_custom(api_version: str) -> None:
    assert merge_schema(api_version, "Deployment") is None


@pytest.mark.parametrize(
    ("base", "patch", "told"),
    [
        ({"a": 1}, {"a": {"b": 1}}, "gives a map where the object has a scalar"),
        ({"a": {"b": 1}}, {"a": 1}, "gives a scalar where the object has a map"),
        ({"a": [1]}, {"a": {}}, "gives a map where the object has a list"),
        ({"": 1}, {"a": 1}, "empty key"),
        ({"a": {}}, {"a": {"$patch": "remove"}}, "unknown $patch 'remove'"),
    ],
)
def test_what_kustomize_refuses_is_refused(base: Any, patch: Any, told: str) -> None:
    with pytest.raises(InputError) as refused:
        merged(base, patch)
    assert [finding.id for finding in refused.value.findings] == ["kustomize/bad-patch"]
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("base", "patch", "told"),
    [
        ([{"image": "x"}], [], "a list whose items lack name"),
        ([c("a")], [{"image": "x"}], "a list whose items lack name"),
        # kustomize loses the patch of the first, and the UDP port of the second.
        ([c("a", ports=[PLAIN])], [c("a", ports=[TCP])], "has containerPort 53 with and without protocol"),
        ([c("a", ports=[UDP, PLAIN])], [], "has containerPort 53 with and without protocol"),
    ],
)
def test_gaps_in_keys_are_not_followed(base: Any, patch: Any, told: str) -> None:
    with pytest.raises(InputError) as refused:
        pod({"containers": base}, {"containers": patch})
    assert [finding.id for finding in refused.value.findings] == ["kustomize/unsupported"]
    assert told in str(refused.value)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), json), st.dictionaries(st.sampled_from("abc"), json))
def test_the_base_and_the_patch_stay_as_they_are(base: Any, patch: Any) -> None:
    before = repr((base, patch))
    try:
        once = merged(base, patch)
    except InputError:
        once = None
    assert repr((base, patch)) == before
    if once is not None:
        assert merged(once, patch) == once


@pytest.mark.tools
def test_kustomize_makes_the_same(tmp_path: Path, kustomize: Real) -> None:
    cases = [[rule(spec=part) for part in case] for case in SPECS]
    cases += [[deployment(containers=items) for items in case] for case in CONTAINERS]
    cases += [[deployment(containers=[c("a", ports=items)]) for items in case] for case in PORTS]
    named = [[metadata(part, name=f"o{number}") for part in case] for number, case in enumerate(cases)]
    root = patched(tmp_path, [(base, [Patch(patch)]) for base, patch, _ in named], 0)
    assert same_objects(kustomize.objects(root), [result for _, _, result in named])
