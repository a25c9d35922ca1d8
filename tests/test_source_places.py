"""Places in JSON, in files of many documents, and inside strings however they are written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hang import ends
from hypothesis import given
from hypothesis import strategies as st

from obsgen.findings import InputError
from obsgen.source import load_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def routes(value: Any, route: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(route, value), *(found for step, inner in below for found in routes(inner, (*route, step)))]


@given(JSON, st.sampled_from([None, 1, "\t"]))
def test_every_value_of_a_json_text_is_where_its_place_says(value: Any, indent: Any) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    document = load_text(text, "x.json")[0]
    lines = text.split("\n")
    for route, inner in routes(value):
        place = document.place(route)
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        assert json.JSONDecoder().raw_decode(rest)[0] == inner
        if route and isinstance(route[-1], str):
            key = document.place(route, key=True)
            spelt = lines[key.line - 1][key.column - 1 : key.column - 1 + key.length]
            assert json.loads(spelt) == route[-1]


def test_json_that_no_yaml_reader_takes_has_places() -> None:
    key = "k" * 2000
    document = load_text(f'{{"{key}": "a\u2028b",\n "b": [1, "\\ud83d\\ude00"]}}', "x.json")[0]
    assert str(document.place((key,), key=True)) == "x.json:1:2"
    assert str(document.place(("b", 1))) == "x.json:2:11"
    with pytest.raises(InputError, match="nested deeper"):
        load_text("[" * 150 + "]" * 150, "x.json")


def test_places_in_a_file_of_many_documents_take_one_walk() -> None:
    documents = load_text("\n---\n".join(["a: {b: [1, 2], c: d}"] * 2000), "x.yaml")
    with ends():
        assert [document.place(("a", "c")).line for document in documents] == list(range(1, 4000, 2))


@pytest.mark.parametrize(
    "text",
    [
        "e: sum(a) > b  # not here\n",
        'e: "sum(a) > b"\n',
        "e: 'sum(a) > b'\n",
        'e: "sum(a\\x29 \\u003e\\tb"\n',
        "e: |\n    sum(a)\n      > b\n",
        "e: >-\n  sum(a)\n\n  > b\n",
        "e: sum(a)\n  > b\n",
        'e: "sum(a)\n\n    > b"\n',
        'e: "sum(a) \\\n  > b"\n',
        '{"e": "sum(a) > b"}',
        "e:\n  |-2\n    sum(a) > b\n",
    ],
)
def test_characters_of_a_string_are_found_however_it_is_written(text: str) -> None:
    document = load_text(text, "x.yaml")[0]
    value = document.value["e"]
    lines = text.split("\n")
    for wanted in ("sum", "a", "b"):
        place = document.text_place(("e",), value.index(wanted), len(wanted))
        assert lines[place.line - 1][place.column - 1 :].startswith(wanted)


def test_escapes_and_doubled_quotes_count_as_one_character() -> None:
    text = '{"e": "x{a=\\"b\\", c=\\"\\ud83d\\ude00\\"} > y"}'
    document = load_text(text, "x.json")[0]
    assert document.text_place(("e",), document.value["e"].index("y")).column == text.index("y") + 1
    document = load_text("e: 'it''s > y'\n", "x.yaml")[0]
    assert str(document.text_place(("e",), 7)) == "x.yaml:1:13"


@pytest.mark.parametrize(
    ("text", "file", "place"),
    [
        ('a: "\\ud83d\\ude00"\n', "x.yaml", "x.yaml:1:4"),
        ('{"a": "\\\\ud83d fine \\ud83d\\ude00",\n "b": "\\ud83d"}', "x.json", "x.json:2:8"),
        ('{"a": "\\ude00"}', "x.json", "x.json:1:8"),
    ],
)
def test_half_a_character_is_refused(text: str, file: str, place: str) -> None:
    with pytest.raises(InputError) as caught:
        load_text(text, file)
    assert [(finding.id, str(finding.place)) for finding in caught.value.findings] == [("file/encoding", place)]


def test_white_space_has_a_place_too() -> None:
    document = load_text("e: |\n  one\n  two\n", "x.yaml")[0]
    assert str(document.text_place(("e",), 3)) == "x.yaml:2:6"
    assert str(document.text_place(("e",), 0)) == "x.yaml:2:3"
    assert document.text_place(("e",), 99).line >= 3


def test_what_is_no_string_has_its_own_place() -> None:
    document = load_text("e: 15\n", "x.yaml")[0]
    assert str(document.text_place(("e",), 1)) == "x.yaml:1:4"
