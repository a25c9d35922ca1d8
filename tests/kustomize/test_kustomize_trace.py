"""Values that know where they come from, and changes that leave the old value alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.kustomize.trace import Inline, Trace, Traced, WholeFile, drop, edit, insert, put, traced_map
from obsgen.source import load_text

TEXT = "a:\n  b: 1\nl:\n- x\n- y\n"


def traced(text: str, file: str) -> Traced:
    (document,) = load_text(text, file)
    return Traced(document.value, Trace(document))


def place(part: Traced, *route: str | int) -> str:
    return str(part.trace.find(route).place())


BASE = traced(TEXT, "base.yaml")
PATCH = traced("new: 2\n", "patch.yaml").at("new")


@pytest.mark.parametrize(
    ("changed", "value", "places"),
    [
        (put(BASE, "a", PATCH), {"a": 2, "l": ["x", "y"]}, {("a",): "patch.yaml:1:6", ("l", 1): "base.yaml:5:3"}),
        (put(BASE, "z", PATCH), BASE.value | {"z": 2}, {("z",): "patch.yaml:1:6", ("a", "b"): "base.yaml:2:6"}),
        (drop(BASE, "a"), {"l": ["x", "y"]}, {("l", 0): "base.yaml:4:3"}),
        (
            edit(BASE, ("l",), lambda items: insert(items, 0, PATCH)),
            {"a": {"b": 1}, "l": [2, "x", "y"]},
            {("l", 0): "patch.yaml:1:6", ("l", 1): "base.yaml:4:3", ("l", 2): "base.yaml:5:3"},
        ),
        (edit(BASE, ("l",), lambda items: drop(items, 0)), {"a": {"b": 1}, "l": ["y"]}, {("l", 0): "base.yaml:5:3"}),
        (
            edit(BASE, ("a", "b"), lambda _: PATCH),
            {"a": {"b": 2}, "l": ["x", "y"]},
            {("a", "b"): "patch.yaml:1:6", ("a",): "base.yaml:2:3"},
        ),
    ],
)
def test_a_change_moves_places_along(changed: Traced, value: Any, places: dict[tuple[str | int, ...], str]) -> None:
    assert changed.value == value
    assert {route: place(changed, *route) for route in places} == places
    assert BASE.value == {"a": {"b": 1}, "l": ["x", "y"]}


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=12))
def test_items_keep_their_origins_through_any_inserts_and_removals(steps: list[tuple[bool, int]]) -> None:
    items = traced("[a, b, c]", "base.yaml")
    expected = [str(items.at(index).trace.place()) for index in range(3)]
    for grows, number in steps:
        if grows:
            index = number % (len(expected) + 1)
            items = insert(items, index, PATCH)
            expected.insert(index, "patch.yaml:1:6")
        elif expected:
            items = drop(items, number % len(expected))
            del expected[number % len(expected)]
    assert [str(item.trace.place()) for item in items.items()] == expected


def test_absent_parts_are_none() -> None:
    assert BASE.get("zz") is None
    assert BASE.at("l").get("x") is None
    assert BASE.mapping("l") is None
    assert BASE.mapping("a") == BASE.at("a")


def test_a_text_inside_a_file_has_places_in_that_file() -> None:
    (outer,) = load_text("patches:\n- patch: |-\n    a:\n    - b: 1\n", "k.yaml")
    route = ("patches", 0, "patch")
    (inner,) = load_text(outer.at(route), "inline.yaml")
    source = Inline(inner, outer, route)
    assert str(source.place(("a", 0, "b"))) == "k.yaml:4:10"
    assert str(source.place(("a", 0, "b"), key=True)) == "k.yaml:4:7"


def test_a_made_mapping_has_the_places_of_its_parts() -> None:
    made = traced_map({"data": Traced("text", Trace(WholeFile("a.json"))), "b": BASE.at("a")}, PATCH.trace)
    assert [place(made), place(made, "data"), place(made, "b", "b")] == [
        "patch.yaml:1:6",
        "a.json:1:1",
        "base.yaml:2:6",
    ]
