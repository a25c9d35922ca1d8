"""What is read up to its limits and refused behind them, and what a reader keeps as it was written."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from obsgen.findings import Finding, InputError
from obsgen.source import load_file, load_text, read_text
from obsgen.source.jsontext import depth, json_hint
from obsgen.source.load import MAX_DEPTH


def refused(text: str, file: str = "x.yaml", **options: frozenset[str]) -> list[Finding]:
    with pytest.raises(InputError) as caught:
        load_text(text, file, **options)
    return list(caught.value.findings)


def value(text: str, *text_keys: str) -> object:
    return load_text(text, "x.yaml", frozenset(text_keys))[0].value


@pytest.mark.parametrize("file", ["x.yaml", "x.json"])
def test_a_text_may_nest_as_deep_as_the_limit(file: str) -> None:
    deep = load_text("[" * MAX_DEPTH + "]" * MAX_DEPTH, file)[0].value
    for _ in range(MAX_DEPTH - 1):
        (deep,) = deep
    assert deep == []
    (found,) = refused("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), file)
    assert (found.id, found.message) == ("yaml/too-deep", "nested deeper than 100 levels")


@pytest.mark.parametrize(
    ("text", "levels"),
    [("1", 0), ("[]", 1), ('{"a": [1, {"b": 2}]}', 3), ('["[[[", "\\"[", {}]', 2), ("[[], []]", 2)],
)
def test_brackets_in_texts_are_no_depth(text: str, levels: int) -> None:
    assert depth(text) == levels


def test_a_file_may_have_as_many_bytes_as_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 12345\n")
    assert read_text(path, "x", 9) == "a: 12345\n"
    with pytest.raises(InputError, match="x has 9 bytes; at most 8 are read"):
        read_text(path, "x", 8)


def test_a_pipe_has_no_size_and_is_read_up_to_the_limit_too(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("a: 12345\n",))
    writer.start()
    with pytest.raises(InputError, match="pipe has more than 8 bytes"):
        read_text(path, "pipe", 8)
    writer.join()


def test_a_mark_of_the_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    for name in ("x.yaml", "x.json"):
        (tmp_path / name).write_bytes(b'\xef\xbb\xbf{"a": 1}')
        (document,) = load_file(tmp_path / name)
        assert document.value == {"a": 1}
        assert str(document.place(("a",))) == f"{tmp_path / name}:1:7"


def test_a_byte_that_is_no_utf_8_is_told_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes("é: 1\n".encode() + b"ab\xff")
    with pytest.raises(InputError) as caught:
        load_file(tmp_path / "x.yaml", "x")
    (found,) = caught.value.findings
    assert (str(found.place), found.message, found.hint) == (
        "x:2:3",
        "byte 0xff is not UTF-8",
        "save the file as UTF-8",
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("version: 0.10\n", {"version": "0.10"}),
        ("version: [0.10, '0.20', 1]\n", {"version": ["0.10", "0.20", "1"]}),
        ("version: {known: 0.10}\nother: 0.10\n", {"version": {"known": "0.10"}, "other": 0.1}),
        ("a: {version: no}\nb: true\n", {"a": {"version": "no"}, "b": True}),
        ("version: ~\n", {"version": "~"}),
        ("0.10: version\n", {0.1: "version"}),
    ],
)
def test_below_a_text_key_scalars_stay_as_they_are_written(text: str, read: object) -> None:
    assert value(text, "version") == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a: !!str 0.10\n", {"a": "0.10"}),
        ("a: !!int 15\n", {"a": 15}),
        ("a: !!float 1.5\n", {"a": 1.5}),
        ("a: !!bool true\n", {"a": True}),
        ("a: !!null ~\n", {"a": None}),
        ("a: !!map {b: 1}\nc: !!seq [1]\n", {"a": {"b": 1}, "c": [1]}),
        ('a: !!int "15"\n', {"a": "15"}),
        ("a: ! 15\n", {"a": 15}),
    ],
)
def test_tags_of_yaml_itself_are_read(text: str, read: object) -> None:
    assert value(text) == read


@pytest.mark.parametrize("tag", ["!!set", "!!binary", "!!timestamp", "!!python/name:os.system", "!own", "!!omap"])
def test_any_other_tag_is_refused_at_its_place(tag: str) -> None:
    (found,) = refused(f"a: 1\nb: {tag} x\n")
    assert (found.id, found.place.line, found.place.column) == ("yaml/tag", 2, 4)
    assert "data only, no objects" in found.message


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a: &x 1\nb: *x\n", [1, 1]),
        ("a: &x [1, 2]\nb: *x\n", [[1, 2], [1, 2]]),
        ("a: &x 1\nb: &x 2\nc: *x\n", [1, 2, 2]),
        ("a: {<<: {p: 1}, p: 2}\n", [{"p": 2}]),
        ("a: {p: 2, <<: {p: 1, q: 3}}\n", [{"p": 2, "q": 3}]),
        ("a: {<<: [{p: 1}, {p: 2, q: 3}]}\n", [{"p": 1, "q": 3}]),
        ("a: {'<<': 1}\n", [{"<<": 1}]),
        ("a: {<<: 5, p: 1}\n", [{"p": 1}]),
    ],
)
def test_aliases_and_merged_mappings(text: str, read: list[object]) -> None:
    found = value(text)
    assert isinstance(found, dict)
    assert list(found.values()) == read


def test_an_anchor_ends_with_its_document() -> None:
    (found,) = refused("a: &x 1\n---\nb: *x\n")
    assert (found.id, found.place.line, found.message) == ("yaml/unknown-alias", 3, "alias *x has no anchor before it")


def test_a_key_that_stands_three_times_is_told_twice() -> None:
    assert [(each.id, each.place.line) for each in refused("a: 1\na: 2\na: 3\n")] == [
        ("yaml/duplicate-key", 2),
        ("yaml/duplicate-key", 3),
    ]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('{"a": 1, "a": 2}', ["1:10"]),
        ('{"a": 1,\n "b": {"c": 1, "c": 2},\n "a": [{"d": 1, "d": {}}]}', ["2:16", "3:2", "3:17"]),
        ('[{"a": 1}, {"a": 2, "b": 1, "b": 3}]', ["1:29"]),
    ],
)
def test_in_json_every_key_that_stands_twice_is_told_at_its_second_place(text: str, places: list[str]) -> None:
    found = refused(text, "x.json")
    assert [f"{each.place.line}:{each.place.column}" for each in found] == places
    assert {each.id for each in found} == {"yaml/duplicate-key"}


@pytest.mark.parametrize(
    ("marked", "hint"),
    [
        ('{"a": 1^', "the text ends too early: something is not closed"),
        ("{^'a': 1}", "JSON has double quotes only"),
        ("[1 ^// one\n]", "JSON has no comments"),
        ("[1 ^/* one */]", "JSON has no comments"),
        ("[1 ^# one\n]", "JSON has no comments"),
        ("[1,^]", "remove the comma before it"),
        ('{"a": 1, ^}', "remove the comma before it"),
        ('{"a": 1 ^"b": 2}', "write a comma before it"),
        ('{"a": "x" ^"b": 2}', "write a comma before it"),
        ('{"a": {} ^"b": 2}', "write a comma before it"),
        ('{"a": [] ^"b": 2}', "write a comma before it"),
        ('{"a": true ^"b": 2}', "write a comma before it"),
        ('{"a": null ^"b": 2}', "write a comma before it"),
        ("[[1] ^[2]]", "write a comma before it"),
        ("[{} ^{}]", "write a comma before it"),
        ("{^a: 1}", "put names and texts in double quotes"),
        ("[^x]", "put names and texts in double quotes"),
        ("[1 ^}", ""),
        ("[^}]", ""),
        ('{"a" ^1}', ""),
    ],
)
def test_what_to_write_where_a_reader_of_json_stops(marked: str, hint: str) -> None:
    before, _, after = marked.partition("^")
    assert json_hint(before + after, len(before)) == hint


def test_the_value_at_a_route_is_none_where_there_is_none() -> None:
    (document,) = load_text("a: [{b: 1}]\n", "x.yaml")
    assert document.at(("a", 0, "b")) == 1
    assert document.at(()) == {"a": [{"b": 1}]}
    for route in (("b",), ("a", 1), ("a", "b"), ("a", 0, "b", "c"), ("a", 0, 0)):
        assert document.at(route) is None


def test_a_route_that_is_not_there_has_the_place_of_the_nearest_key() -> None:
    (document,) = load_text("a:\n  b:\n    c: 1\n", "x.yaml")
    assert str(document.place(("a", "b", "c"))) == "x.yaml:3:8"
    assert str(document.place(("a", "b", "x"))) == "x.yaml:2:3"
    assert str(document.place(("a", "b", "x", "y"), key=True)) == "x.yaml:2:3"
    assert str(document.place(("x",))) == "x.yaml:1:1"


def test_below_a_key_that_is_no_scalar_nothing_has_a_place_of_its_own() -> None:
    from obsgen.source.events import locate

    ((places),) = locate("a: 1\n? {b: 2}\n: c\n? [d]\n: e\nf: 3\n", "x.yaml")
    assert set(places) == {(), ("a",), ("f",)}
    assert str(places["f",][0]) == "x.yaml:6:1"
