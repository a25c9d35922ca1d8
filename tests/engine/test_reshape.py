"""What was meant by a value of the wrong kind: the nearest value of the right one, written as people write it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from obsgen.reshape import reshaped

Short = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,8}$", strict=True)]
Strict = Annotated[str, Field(strict=True)]


class Server(BaseModel):
    """An item with keys that must be there and others that may."""

    model_config = ConfigDict(extra="forbid")
    name: Short
    type: Short
    port: Short | None = None


class Loose(BaseModel):
    """Nothing must be there."""

    model_config = ConfigDict(extra="forbid")
    mode: Literal["a", "b"] = "a"
    names: tuple[Short, ...] = ()


class Large(BaseModel):
    """More keys than a hint lists."""

    model_config = ConfigDict(extra="forbid")
    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0
    e: int = 0
    f: int = 0
    g: int = 0
    h: int = 0
    i: int = 0
    j: int = 0
    k: int = 0
    l: int = 0  # noqa: E741
    m: int = 0


@pytest.mark.parametrize(
    ("value", "kind", "hint"),
    [
        # a text where a list is expected
        ("chat", list[Short], "write [chat]"),
        ("chat, embed", list[Short], "write [chat, embed]"),
        ("- chat - embed", list[Short], "write [chat, embed]"),
        ("chat\nembed", list[Strict], 'write ["chat\\nembed"]'),
        (5, list[Strict], 'write ["5"]'),
        # a mapping where a list is expected
        ({"name": "a", "type": "b"}, list[Server], "write [{name: a, type: b}]"),
        ({"chat": {"type": "b"}}, list[Server], "write [{name: chat, type: b}]"),
        ({"chat": "b", "embed": "c"}, list[Server], "write [{name: chat, type: b}, {name: embed, type: c}]"),
        ({"chat": None, "embed": None}, list[Short], "write [chat, embed]"),
        ("chat", list[Server], "write [{name: chat, type: chat}]"),
        # a text where a mapping is expected
        ("app=chat", dict[str, Short], "write {app: chat}"),
        ("app:chat", dict[str, Short], "write {app: chat}"),
        ("app=chat, team=ml", dict[str, Short], "write {app: chat, team: ml}"),
        ("app = chat", dict[str, Short], "write {app: chat}"),
        # a list where a mapping is expected
        ([{"app": "chat"}, {"team": "ml"}], dict[str, Short], "write {app: chat, team: ml}"),
        (["dev", "prod"], dict[str, Loose], "write {dev: {}, prod: {}}"),
        ([{"name": "dev", "mode": "b"}], dict[str, Loose], "write {dev: {mode: b}}"),
        ([{"name": "a"}, {"type": "b"}], Server, "write {name: a, type: b}"),
        # one value where a model is expected
        ("chat", Server, "write {name: chat, type: chat}"),
        ("b", Loose, "write {mode: b}"),
        ("chat", Loose, "write {names: [chat]}"),
        # a value of another kind where a text is expected
        (True, Strict, 'write "true"'),
        (5, Strict, 'write "5"'),
        (0.5, Strict, 'write "0.5"'),
        (["chat"], Short, "write chat"),
        (["chat", "embed"], Short, ""),
        # nothing fits: the shape alone
        (5, dict[str, Short], "write {key: value}"),
        ([[1]], list[Short], "write [value, value]"),
        (5, Server, "write {key: value}, keys are name, type, port"),
        ([[1]], Large, "write {key: value}"),
        (None, Literal["a"], ""),
    ],
)
def test_what_to_write_instead(value: Any, kind: Any, hint: str) -> None:
    assert reshaped(value, [kind], "key") == hint


def test_a_lone_text_belongs_to_the_key_that_a_mapping_of_this_name_mostly_has() -> None:
    assert reshaped("chat", [dict[str, Short]], "selector") == "write {app: chat}"
    assert reshaped("chat", [dict[str, Short]], "selectorLabels") == "write {release: chat}"
    assert reshaped("chat", [dict[str, Short]], "labels") == "write {key: value}"


def test_the_first_type_that_something_fits_is_proposed() -> None:
    assert reshaped("chat", [int, list[Short], dict[str, Short]], "selector") == "write [chat]"
    assert reshaped("app=chat", [int, list[Short], dict[str, Short]], "x") == "write {app: chat}"


def test_what_would_be_too_long_to_read_is_told_in_words() -> None:
    long = {"name": "a" * 8, "type": "b" * 8, "port": "c" * 8}
    many = {f"name{letter}": {"type": "typeofit"} for letter in "abcdefg"}
    assert reshaped(long, [list[Server]], "x") == "write [{name: aaaaaaaa, type: bbbbbbbb, port: cccccccc}]"
    assert reshaped(many, [list[Server]], "x") == "write `- ` before it: a list, also of one"


@pytest.mark.parametrize("size", [20, 21])
def test_of_large_values_nothing_is_guessed(size: int) -> None:
    value = {f"k{number}": None for number in range(size)}
    assert bool(reshaped(value, [list[Strict]], "x")) == (size == 20)


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=5, unique=True))
def test_names_with_commas_become_a_list_of_them(names: list[str]) -> None:
    written = reshaped(", ".join(names), [list[Short]], "x")
    assert written.removeprefix("write [").removesuffix("]").replace('"', "").split(", ") == names
