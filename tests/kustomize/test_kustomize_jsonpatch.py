"""JSON 6902 operations: what kustomize 5.8.2 does with them, measured."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.findings import Finding, InputError
from obsgen.kustomize.jsonpatch import apply_operations, pointer, same_json
from obsgen.kustomize.nodes import Node


def apply(target: Any, *operations: Any) -> tuple[Any, list[Finding]]:
    warnings: list[Finding] = []
    return apply_operations(Node(target), Node(list(operations)), warnings).value, warnings


def op(name: str, path: str, *value: Any, **more: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **({"value": value[0]} if value else {}), **more}


@pytest.mark.parametrize(
    ("target", "operation", "result"),
    [
        ({"a": 1}, op("add", "/b", 2), {"a": 1, "b": 2}),
        ({"a": 1}, op("add", "/a", None), {"a": None}),
        ({"a": 1}, op("add", "/b"), {"a": 1, "b": None}),
        ({"a": [1]}, op("add", "/a/1", 2), {"a": [1, 2]}),
        ({"a": [1]}, op("add", "/a/-", 2), {"a": [1, 2]}),
        ({"a": [1, 2]}, op("add", "/a/-1", 3), {"a": [1, 2, 3]}),
        ({"a": [1, 2]}, op("add", "/a/01", 3), {"a": [1, 3, 2]}),
        ({"a": [1, 2]}, op("replace", "/a/-1", 3), {"a": [1, 3]}),
        ({"a": [1, 2]}, op("remove", "/a/-1"), {"a": [1]}),
        ({"a": None}, op("remove", "/a"), {}),
        ({"a": None}, op("replace", "/a", 1), {"a": 1}),
        ({"a": 1}, op("replace", "", {"b": 2}), {"b": 2}),
        ({"a/b~c": 1, "": 2}, op("replace", "/a~1b~0c", 3), {"a/b~c": 3, "": 2}),
        ({"": 2}, op("replace", "/", 3), {"": 3}),
        ({"a": [1, 2, 3]}, op("move", "/a/2", **{"from": "/a/0"}), {"a": [2, 3, 1]}),
        ({"a": [1]}, op("move", "/b", **{"from": "/a"}), {"b": [1]}),
        ({"a": [{"b": 1}]}, op("copy", "/a/1", **{"from": "/a/0"}), {"a": [{"b": 1}, {"b": 1}]}),
        ({"a": 1}, op("copy", "/b", **{"from": "/zz"}), {"a": 1, "b": None}),
        ({"a": {"b": [1, {"c": 2}]}}, op("test", "/a", {"b": [1, {"c": 2}]}), {"a": {"b": [1, {"c": 2}]}}),
        ({"a": None}, op("test", "/a", None), {"a": None}),
        ({"a": 1}, op("test", "/zz", None), {"a": 1}),
    ],
)
def test_operations_that_apply(target: Any, operation: Any, result: Any) -> None:
    assert apply(target, operation) == (result, [])


@pytest.mark.parametrize(
    ("target", "operation", "check", "told"),
    [
        ({"a": 1}, op("remove", "/b"), "bad-path", "there is nothing at /b"),
        ({"a": 1}, op("add", "/b/c", 1), "bad-path", "there is nothing at /b"),
        ({"a": 1}, op("add", "/a/c", 1), "bad-path", "/a is 1: nothing can stand below it"),
        ({"a": None}, op("add", "/a/c", 1), "bad-path", "/a is nothing"),
        ({"a": [1]}, op("add", "/a/2", 1), "bad-path", "there is no item 2"),
        ({"a": [1]}, op("replace", "/a/1", 1), "bad-path", "the list has items 0 to 0"),
        ({"a": []}, op("remove", "/a/0"), "bad-path", "the list has no items"),
        ({"a": [1]}, op("remove", "/a/-2"), "bad-path", "there is no item -2"),
        ({"a": [1]}, op("add", "/a/x", 1), "bad-path", "'x' is no index"),
        ({"a": [1]}, op("remove", "/a/-"), "bad-path", "'-' is no index"),
        ({"a": 1}, op("add", "", 1), "bad-path", "the path names the whole object"),
        ({"a": 1}, op("move", "/c", **{"from": "/b"}), "bad-path", "there is nothing at /b"),
        ({"name": "a"}, op("remove", "/nmae"), "bad-path", "did you mean 'name'?"),
        ({"a": 1}, op("test", "/a", 2), "failed-test", "/a is 1, not 2"),
        ({"a": 1}, op("test", "/a", "1"), "failed-test", "/a is 1, not '1'"),
        ({"a": 1}, op("test", "/a", True), "failed-test", "/a is 1, not True"),
        ({"a": 1}, op("test", "/b", 1), "failed-test", "/b is nothing"),
        ({"a": [{"n": "x"}, {"n": "y"}]}, op("test", "/a/0/n", "y"), "failed-test", "item 1 has that value"),
        ({"a": ["x", "y"]}, op("test", "/a/0", "y"), "failed-test", "item 1 has that value"),
        ({"a": 1}, op("test", "/a"), "bad-patch", "op: test needs a value"),
        ({"a": 1}, op("replace", "", [1]), "bad-patch", "only a mapping can take an object's place"),
        ({"a": 1}, op("replcae", "/a", 1), "bad-patch", "did you mean 'replace'?"),
        ({"a": 1}, op("frobnicate", "/a", 1), "bad-patch", "known: add, copy,"),
        ({"a": 1}, {"op": "remove"}, "bad-patch", "needs a text as its path"),
        ({"a": 1}, {"path": "/a"}, "bad-patch", "needs a text as its op"),
    ],
)
def test_operations_that_do_not_apply(target: Any, operation: Any, check: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        apply(target, operation)
    (finding,) = refused.value.findings
    assert finding.id == f"kustomize/{check}"
    assert told in f"{finding.message}; {finding.hint}"


@pytest.mark.parametrize(
    ("target", "operation", "result", "told"),
    [
        ({"name": 1}, op("replace", "/nmae", 2), {"name": 1, "nmae": 2}, "kustomize adds it"),
        ({"a": 1}, op("replace", "x/a", 2), {"a": 2}, "does not begin with a slash"),
    ],
)
def test_loose_operations_apply_with_a_warning(target: Any, operation: Any, result: Any, told: str) -> None:
    got, warnings = apply(target, operation)
    assert got == result
    assert [(finding.id, str(finding.severity)) for finding in warnings] == [("kustomize/bad-path", "warning")]
    assert told in warnings[0].message


def test_operations_see_what_earlier_ones_did_and_share_nothing() -> None:
    base = {"a": [{"b": 1}]}
    got, _ = apply(base, op("copy", "/a/0", **{"from": "/a/0"}), op("add", "/a/1/c", 2), op("remove", "/a/0/b"))
    assert got == {"a": [{}, {"b": 1, "c": 2}]}
    assert base == {"a": [{"b": 1}]}


@given(st.lists(st.text() | st.integers(0, 9)))
def test_pointers_name_every_route(route: list[str | int]) -> None:
    target: Any = "here"
    for step in reversed(route):
        target = {step: target} if isinstance(step, str) else [0] * step + [target]
    assert apply(target, op("test", pointer(route), "here"))[1] == []


def test_json_tells_booleans_from_numbers() -> None:
    assert same_json({"a": [1, 1.0]}, {"a": [1.0, 1]})
    assert not same_json([True], [1])
    assert not same_json({"a": None}, {})
