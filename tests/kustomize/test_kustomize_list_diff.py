"""Operations between two lists: few, in order, and each item tested before it is touched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.kustomize.jsonpatch import apply_operations, same_json
from obsgen.kustomize.list_diff import list_operations
from obsgen.kustomize.nodes import Node
from obsgen.source import Route


def replaced_keys(base: Any, wanted: Any, route: Route) -> list[dict[str, Any]]:
    """A simple way from one mapping to another."""
    path = "/" + "/".join(map(str, route))
    removed = [{"op": "remove", "path": f"{path}/{key}"} for key in base if key not in wanted]
    changed = [key for key, value in wanted.items() if base.get(key) != value]
    return removed + [{"op": "add", "path": f"{path}/{key}", "value": wanted[key]} for key in changed]


def between(base: list[Any], wanted: list[Any]) -> list[dict[str, Any]]:
    operations = list_operations(base, wanted, ("l",), replaced_keys)
    got = apply_operations(Node({"l": base}), Node(operations), []).value
    assert same_json(got, {"l": wanted})
    return operations


def brief(operations: list[dict[str, Any]]) -> list[str]:
    """`op path` or `op from path`, with values that are short."""
    shown = ("op", "from", "path", "value")
    return [" ".join(str(operation[key]) for key in shown if key in operation) for operation in operations]


def named(*names: str) -> list[Any]:
    return [{"name": name} for name in names]


def test_a_scalar_is_known_by_itself() -> None:
    assert brief(between(["a", "b", "c"], ["a", "x", "c"])) == ["test /l/1 b", "replace /l/1 x"]
    assert brief(between(["a", "b"], ["a"])) == ["test /l/1 b", "remove /l/1"]
    assert brief(between(["a"], ["a", "b"])) == ["add /l/- b"]
    assert brief(between(["a"], ["b", "a"])) == ["test /l/0 a", "add /l/0 b"]


def test_an_item_is_known_by_its_name_and_changed_in_place() -> None:
    base, wanted = [{"name": "a"}, {"name": "b", "v": 1}], [{"name": "a"}, {"name": "b", "v": 2}]
    assert brief(between(base, wanted)) == ["test /l/1/name b", "add /l/1/v 2"]


def test_indexes_are_true_after_the_operations_before() -> None:
    wanted = ["test /l/1/name b", "remove /l/1", "test /l/2/name d", "remove /l/2"]
    assert brief(between(named("a", "b", "c", "d"), named("a", "c"))) == wanted
    wanted = ["test /l/0/name a", "add /l/0 {'name': 'x'}", "test /l/2/name b", "remove /l/2", "add /l/- {'name': 'y'}"]
    assert brief(between(named("a", "b", "c"), named("x", "a", "c", "y"))) == wanted


def test_one_moved_item_is_removed_and_added() -> None:
    moved = ["test /l/0/name a", "remove /l/0", "add /l/- {'name': 'a'}"]
    assert brief(between(named("a", "b", "c"), named("b", "c", "a"))) == moved


def test_alerts_and_records_live_in_one_list() -> None:
    base = [{"alert": "A"}, {"record": "r", "expr": "1"}, {"record": "r", "expr": "2"}]
    wanted = [{"alert": "A"}, {"record": "r", "expr": "1"}, {"record": "r", "expr": "3"}]
    assert brief(between(base, wanted)) == ["test /l/2/record r", "add /l/2/expr 3"]


def test_a_renamed_item_is_changed_or_replaced_where_it_stands() -> None:
    expression = "x" * 80
    small = between([{"name": "a", "expr": expression}], [{"name": "b", "expr": expression}])
    assert brief(small) == ["test /l/0/name a", "add /l/0/name b"]
    whole = between([{"name": "a", "e": 1, "f": 2}], [{"name": "b", "g": 1, "h": 2}])
    assert [operation["op"] for operation in whole] == ["test", "replace"]


@pytest.mark.parametrize(
    ("base", "wanted", "test"),
    [
        ([{"port": 1, "v": 1}], [{"port": 1, "v": 2}], "test /l/0/port 1"),
        ([{"zone": "a"}, {"zone": "b"}], [{"zone": "a"}, {"zone": "b", "v": 2}], "test /l/1/zone b"),
        (
            [{"name": "x", "key": "a"}, {"key": "b"}],
            [{"name": "x", "key": "a"}, {"key": "b", "v": 2}],
            "test /l/1/key b",
        ),
    ],
)
def test_whatever_key_the_items_share_names_them(base: Any, wanted: Any, test: str) -> None:
    assert brief(between(base, wanted))[0] == test


@pytest.mark.parametrize(
    ("base", "wanted"),
    [
        ([[1], [2]], [[1], [3]]),
        ([1, {"name": "a"}], [2, {"name": "a"}]),
        ([{"a": 1}, {"b": 1}], [{"a": 2}, {"b": 1}]),
        ([{"a": True}], [{"a": False}]),
        ([], [1]),
        ([{"name": "a"}], []),
    ],
)
def test_without_names_the_whole_list_is_replaced(base: Any, wanted: Any) -> None:
    assert between(base, wanted) == [{"op": "replace", "path": "/l", "value": wanted}]


names = st.lists(st.sampled_from("abcdefgh"), max_size=8)


@given(names, names)
def test_any_list_is_reached_and_no_item_touched_untested(base: list[str], wanted: list[str]) -> None:
    for operations in (between(list(base), list(wanted)), between(named(*base), named(*wanted))):
        if len(operations) > 1:
            for before, operation in zip([{}, *operations], operations, strict=False):
                if operation["op"] in ("remove", "move", "replace"):
                    assert before["op"] == "test"
                    assert before["path"].removesuffix("/name") == operation.get("from", operation["path"])


@given(names, names)
def test_items_that_stay_are_never_written(base: list[str], wanted: list[str]) -> None:
    start = [{"name": name, "big": "x" * 50} for name in dict.fromkeys(base)]
    goal = [{"name": name, "big": "x" * 50} for name in dict.fromkeys(wanted) if name in base]
    goal.sort(key=lambda item: base.index(item["name"]))
    operations = between(start, goal)
    assert not goal or len(operations) == 2 * (len(start) - len(goal))
