"""Layers of a component's file: what any of them says of a name, the nearest decides, and places lead to it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from obsgen.components.layers import Layered, layered
from obsgen.source import Document, load_text

NAMES = st.sampled_from("abcd")
ENTRIES = st.dictionaries(NAMES, st.integers(0, 9), max_size=4)
CHANGES = st.dictionaries(NAMES, st.none() | st.integers(0, 9), max_size=4)
RULES = st.lists(st.fixed_dictionaries({"record": NAMES, "value": st.integers(0, 9)}), max_size=5)


def documents(values: list[Any]) -> list[Document]:
    """A document of each value, on several lines, named by its number."""
    return [load_text(json.dumps(value, indent=1), f"{number}.yaml")[0] for number, value in enumerate(values)]


def leaves(value: Any, route: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], Any]:
    """Every value that is no mapping or list, by its route."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        return {route: value}
    return {found: leaf for key, inner in items for found, leaf in leaves(inner, (*route, key)).items()}


def stand_where_they_are_said(result: Layered) -> bool:
    """Whether every merged value is the one that its place leads to."""
    sources = {route: result.source(route) for route in leaves(result.value)}
    return all(document.at(written) == leaves(result.value)[route] for route, (document, written) in sources.items())


@given(st.lists(CHANGES, max_size=3), ENTRIES)
def test_the_nearest_layer_decides_of_each_entry(changes: list[dict[str, Any]], base: dict[str, Any]) -> None:
    result = layered(documents([*changes, base]), deep=False)
    said: dict[str, Any] = {}
    for each in (base, *reversed(changes)):
        said |= each
    assert result.value == {name: value for name, value in said.items() if value is not None}
    assert stand_where_they_are_said(result)
    assert {route[0] for route in result.removed} == {name for name, value in said.items() if value is None}


@given(st.dictionaries(NAMES, CHANGES), st.dictionaries(NAMES, ENTRIES))
def test_deep_layers_merge_inside_entries_too(change: dict[str, Any], base: dict[str, Any]) -> None:
    deep, flat = (layered(documents([change, base]), deep=each) for each in (True, False))
    for name in change.keys() & base.keys():
        kept = {key: value for key, value in {**base[name], **change[name]}.items() if value is not None}
        assert deep.value[name] == kept
        assert flat.value[name] == change[name]
    assert stand_where_they_are_said(deep)
    assert stand_where_they_are_said(flat)


@given(RULES, RULES, RULES)
def test_rules_of_a_name_replace_all_of_that_name(first: list[Any], second: list[Any], base: list[Any]) -> None:
    result = layered(documents([first, second, base]), deep=False)
    for name in "abcd":
        nearest = next((each for each in (first, second, base) if any(rule["record"] == name for rule in each)), [])
        expected = [rule for rule in nearest if rule["record"] == name]
        assert [rule for rule in result.value if rule["record"] == name] == expected
    assert stand_where_they_are_said(result)
