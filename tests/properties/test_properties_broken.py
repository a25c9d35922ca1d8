"""Profiles broken at random: told with a place inside the file, or still valid; never a traceback."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_support import as_yaml
from hypothesis import given
from hypothesis import strategies as st
from random_profiles import Data, profiles

from obsgen import rendering
from obsgen.findings import Finding, InputError, Place, error
from obsgen.source import load_text
from obsgen.tree.serialise import yaml_bytes

Route = tuple[str | int, ...]

# What people put where something else belongs.
_JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, float("inf"), float("nan"), 10**30),
    *(
        "",
        " ",
        "x",
        "8",
        "8s",
        "90%",
        "x" * 5000,
        "a\nb",
        "{{",
        "<< x >>",
        "<% for x in y %>",
        "((((",
        "\\",
        "\0",
        "null",
    ),
    *([], {}, [[]], [{}], [None], {"": ""}, {"name": None}, {"name": []}, {"a": {"b": {"c": 1}}}),
)
_KEYS = (
    *("", "name", "(own)", "[key]", "environments", "stack", "server", "selector"),
    *("x" * 300, "a b", "\n", "null", "1", "__class__"),
)
_GROUPS = {"profile", "component", "signal", "template", "templates", "promql", "yaml", "json", "file", "tree"}


def routes(value: Any, route: Route = ()) -> Iterator[Route]:
    """The routes of all values inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inner:
        yield (*route, step)
        yield from routes(part, (*route, step))


def mutated(data: Data, order: random.Random) -> Data:
    """A profile with one to three changes anywhere."""
    copy: Data = _copied(data)
    for _ in range(order.randint(1, 3)):
        found = list(routes(copy))
        if not found:
            break
        *way, last = order.choice(found)
        holder: Any = copy
        for step in way:
            holder = holder[step]
        if order.random() < 0.2:
            holder[last] = _copied(_at(copy, order.choice(found)))
        else:
            order.choice(_MUTATIONS)(holder, last, order)
    return copy


def _at(value: Any, route: Route) -> Any:
    for step in route:
        value = value[step]
    return value


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _delete(holder: Any, step: Any, order: random.Random) -> None:
    del holder[step]


def _replace(holder: Any, step: Any, order: random.Random) -> None:
    holder[step] = _copied(order.choice(_JUNK))


def _insert(holder: Any, step: Any, order: random.Random) -> None:
    if isinstance(holder, list):
        holder.insert(order.randint(0, len(holder)), _copied(order.choice(_JUNK)))
    else:
        holder[order.choice(_KEYS)] = _copied(order.choice(_JUNK))


def _rename(holder: Any, step: Any, order: random.Random) -> None:
    if isinstance(holder, dict):
        holder[order.choice([*_KEYS, f"{step}x", str(step)[1:]])] = holder.pop(step)


def _repeat(holder: Any, step: Any, order: random.Random) -> None:
    if isinstance(holder, list):
        holder.append(_copied(holder[step]))
    else:
        holder[f"{step}2"] = _copied(holder[step])


_MUTATIONS: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _delete,
    _replace,
    _replace,
    _insert,
    _rename,
    _repeat,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken")


def faults(folder: Path, content: bytes, name: str = "profile.yaml") -> tuple[Finding, ...]:
    """What is told of a file when it is to be rendered; nothing where it is valid."""
    (folder / name).write_bytes(content)
    try:
        rendering.plan([folder / name], rendering.Options(out=folder / "out"))
    except InputError as refused:
        return refused.findings or (error("", "refused without a reason", Place("")),)
    return ()


def badly_told(folder: Path, content: bytes, name: str = "profile.yaml") -> list[Finding]:
    """Those of a file's faults that have no message, no known group, or no place inside the file."""
    lines = len(content.decode("utf-8", "replace").split("\n"))
    return [each for each in faults(folder, content, name) if not _is_well_told(each, str(folder / name), lines)]


def _is_well_told(fault: Finding, file: str, lines: int) -> bool:
    inside = fault.place.file == file and 1 <= fault.place.line <= lines
    group = fault.id.partition("/")[0]
    return bool(fault.message.strip()) and group in _GROUPS and (inside or group == "tree")


def test_a_fault_without_a_place_in_the_file_is_noticed() -> None:
    place = Place("p.yaml", 2)
    assert _is_well_told(error("profile/unit", "wrong", place), "p.yaml", 2)
    assert not _is_well_told(error("profile/unit", "wrong", place), "p.yaml", 1)
    assert not _is_well_told(error("profile/unit", "wrong", place), "other.yaml", 2)
    assert not _is_well_told(error("profile/unit", " ", place), "p.yaml", 2)
    assert not _is_well_told(error("nothing/unit", "wrong", place), "p.yaml", 2)


@given(profiles(), st.randoms(use_true_random=False))
def test_mutated_profiles_are_told_or_valid(folder: Path, data: Data, order: random.Random) -> None:
    assert badly_told(folder, as_yaml(mutated(data, order)).encode()) == []


@given(profiles(), st.randoms(use_true_random=False))
def test_mutated_profiles_in_block_style(folder: Path, data: Data, order: random.Random) -> None:
    assert badly_told(folder, yaml_bytes(mutated(data, order))) == []


@given(profiles(), st.data())
def test_truncated_files_are_told_or_valid(folder: Path, data: Data, choice: st.DataObject) -> None:
    content = yaml_bytes(data)
    assert badly_told(folder, content[: choice.draw(st.integers(0, len(content)))]) == []


@given(profiles(), st.data())
def test_files_with_other_bytes_in_them_are_told_or_valid(folder: Path, data: Data, choice: st.DataObject) -> None:
    content = bytearray(yaml_bytes(data))
    for _ in range(choice.draw(st.integers(1, 4))):
        at = choice.draw(st.integers(0, len(content) - 1))
        content[at : at + choice.draw(st.integers(0, 5))] = choice.draw(st.binary(max_size=6))
    assert badly_told(folder, bytes(content)) == []


@given(st.binary(max_size=300), st.sampled_from(["profile.yaml", "profile.json"]))
def test_random_bytes_are_told(folder: Path, content: bytes, name: str) -> None:
    assert faults(folder, content, name)
    assert badly_told(folder, content, name) == []


@given(profiles(), st.randoms(use_true_random=False))
def test_json_is_told_as_well(folder: Path, data: Data, order: random.Random) -> None:
    assert badly_told(folder, as_yaml(mutated(data, order)).encode(), "profile.json") == []


@given(st.text(alphabet="{}[]:,-|>&*!%@#'\"\n\t <>abc019~?", max_size=60))
def test_odd_yaml_is_told_or_read(text: str) -> None:
    try:
        places = [each.place() for each in load_text(text, "file.yaml")]
    except InputError as refused:
        places = [each.place for each in refused.findings]
    assert all(1 <= each.line <= text.count("\n") + 2 for each in places)
