"""Values that know where they come from, and changes that leave the plain data alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.kustomize.nodes import Inline, Node, WholeFile, mapping_of
from obsgen.source import Route, load_text

TEXT = "a:\n  b: 1\nl:\n- x\n- y\n"


def read(text: str, file: str) -> Node:
    (document,) = load_text(text, file)
    return Node(document.value, document)


def places(node: Node, *routes: Route) -> list[str]:
    return [str(node.origin_place(route)) for route in routes]


PATCH = read("new: 2\n", "patch.yaml").fields["new"]


def test_a_field_put_into_a_mapping_keeps_its_origin() -> None:
    node = read(TEXT, "base.yaml")
    node.fields["a"] = node.fields["z"] = PATCH
    assert node.value == {"a": 2, "z": 2, "l": ["x", "y"]}
    assert places(node, ("a",), ("z",), ("l", 1), ()) == [
        "patch.yaml:1:6",
        "patch.yaml:1:6",
        "base.yaml:5:3",
        "base.yaml:1:1",
    ]


def test_items_take_their_places_along() -> None:
    node = read(TEXT, "base.yaml")
    node.fields["l"].items.insert(0, PATCH)
    assert node.value == {"a": {"b": 1}, "l": [2, "x", "y"]}
    assert places(node, ("l", 0), ("l", 1), ("l", 2)) == ["patch.yaml:1:6", "base.yaml:4:3", "base.yaml:5:3"]
    del node.fields["l"].items[1]
    assert places(node, ("l", 1), ("a", "b")) == ["base.yaml:5:3", "base.yaml:2:6"]


def test_a_change_reaches_neither_the_plain_data_nor_a_copy() -> None:
    (document,) = load_text(TEXT, "base.yaml")
    node = Node(document.value, document)
    assert node.fields["a"].fields["b"].value == 1
    copy = node.copy()
    node.fields["a"].fields["b"] = PATCH
    node.fields["l"].items.pop()
    assert copy.value == document.value == {"a": {"b": 1}, "l": ["x", "y"]}
    assert node.value == {"a": {"b": 2}, "l": ["x"]}
    assert places(copy, ("a", "b")) == ["base.yaml:2:6"]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=12))
def test_items_keep_their_origins_through_any_inserts_and_removals(steps: list[tuple[bool, int]]) -> None:
    node = read("[a, b, c]", "base.yaml")
    expected = [str(item.place()) for item in node.items]
    for grows, number in steps:
        if grows:
            node.items.insert(number % (len(expected) + 1), PATCH)
            expected.insert(number % (len(expected) + 1), "patch.yaml:1:6")
        elif expected:
            del node.items[number % len(expected)]
            del expected[number % len(expected)]
    assert [str(item.place()) for item in node.items] == expected
    assert [str(item.place()) for item in node.copy().items] == expected


@pytest.mark.parametrize(
    ("value", "shape", "fields", "items"),
    [
        (None, "", [], 0),
        ({}, "map", [], 0),
        ({"x": None}, "map", ["x"], 0),
        ([], "list", [], 0),
        ([None, 1], "list", [], 2),
        ("", "scalar", [], 0),
        (False, "scalar", [], 0),
        (0, "scalar", [], 0),
    ],
)
def test_a_node_has_the_shape_of_its_value(value: Any, shape: str, fields: list[str], items: int) -> None:
    node = Node(value)
    assert (node.shape, list(node.fields), len(node.items), node.value) == (shape, fields, items, value)
    assert type(node.copy().value) is type(value)


def test_absent_parts_are_none_and_have_their_owners_place() -> None:
    node = read(TEXT, "base.yaml")
    assert node.get("zz") is None
    assert node.get("a", "b", "c") is None
    assert node.get("l", "x") is None
    assert node.mapping("l") is None
    assert node.mapping("a") is node.get("a")
    assert [node.text("a"), node.fields["a"].text("b"), read("a: x", "").text("a")] == ["", "", "x"]
    assert places(node, ("a", "zz"), ("l", 9)) == ["base.yaml:1:1", "base.yaml:3:1"]


def test_a_key_has_a_place_of_its_own() -> None:
    node = read(TEXT, "base.yaml")
    assert str(node.origin_place(("a", "b"), key=True)) == str(node.fields["a"].fields["b"].place(key=True))
    assert str(node.origin_place(("a", "b"), key=True)) == "base.yaml:2:3"


def test_a_text_inside_a_file_has_places_in_that_file() -> None:
    (outer,) = load_text("patches:\n- patch: |-\n    a:\n    - b: 1\n", "k.yaml")
    route = ("patches", 0, "patch")
    (inner,) = load_text(outer.at(route), "inline.yaml")
    source = Inline(inner, outer, route)
    assert str(source.place(("a", 0, "b"))) == "k.yaml:4:10"
    assert str(source.place(("a", 0, "b"), key=True)) == "k.yaml:4:7"


def test_a_made_mapping_has_the_places_of_its_parts() -> None:
    fields = {"data": Node("text", WholeFile("a.json")), "b": read(TEXT, "base.yaml").fields["a"]}
    made = mapping_of(fields, PATCH)
    assert made.value == {"data": "text", "b": {"b": 1}}
    assert places(made, (), ("data",), ("b", "b")) == ["patch.yaml:1:6", "a.json:1:1", "base.yaml:2:6"]
