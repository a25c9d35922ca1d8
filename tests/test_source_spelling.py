"""Which character of a file stands for which character of a value, however the value is spelt."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.source import load_text
from obsgen.source.spelling import written_at, written_end

VISIBLE = st.text(st.characters(categories=["L", "N"]) | st.sampled_from("'\"\\{}[]:#-,.😀"), min_size=1, max_size=10)


# A file with a value in it, and how each character of the value is spelt there.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "e: 'VALUE'\n": lambda each: each.replace("'", "''"),
    'e:   "VALUE"  # more\n': lambda each: json.dumps(each, ensure_ascii=False)[1:-1],
    '{d: 1, e: "VALUE"}\n': lambda each: f"\\U{ord(each):08x}",
    "e: |\n    VALUE\n": lambda each: each,
    '{"d": 1, "e": "VALUE"}': lambda each: json.dumps(each)[1:-1],
}


@given(VISIBLE, st.sampled_from(sorted(SPELLINGS)), st.data())
def test_every_character_of_a_value_is_found_where_it_is_written(value: str, file: str, data: st.DataObject) -> None:
    spelt = SPELLINGS[file]
    text = file.replace("VALUE", "".join(map(spelt, value)))
    document = load_text(text, "x.json" if file.startswith('{"') else "x.yaml")[0]
    assert document.value["e"].rstrip("\n") == value
    offset = data.draw(st.integers(0, len(value) - 1))
    place = document.text_place(("e",), offset)
    assert text.split("\n")[place.line - 1][place.column - 1 :].startswith("".join(map(spelt, value[offset:])))


@pytest.mark.parametrize(
    ("text", "value", "offset", "start", "end"),
    [
        ("a b c", "a b c", 2, 2, 3),
        ("a b c", "a b c", 1, 1, 1),
        ("'it''s'", "it's", 2, 3, 5),
        ("'it''s'", "it's", 3, 5, 6),
        (r'"a\tb"', "a\tb", 1, 2, 4),
        (r'"a\tb"', "a\tb", 2, 4, 5),
        (r'"\u0041b"', "Ab", 0, 1, 7),
        (r'"\x41b"', "Ab", 1, 5, 6),
        (r'"\U0001F600b"', "😀b", 0, 1, 11),
        (r'"\ud83d\ude00b"', "😀b", 0, 1, 13),
        (r'"\ud83d\ude00b"', "😀b", 1, 13, 14),
        (r'"a\\b"', r"a\b", 1, 2, 4),
        (r'"a\"b"', 'a"b', 1, 2, 4),
        ("|\n  a\n  b", "a\nb", 2, 8, 9),
        (">-\n  a\n  b", "a b", 2, 9, 10),
    ],
)
def test_a_character_is_written_from_here_to_there(text: str, value: str, offset: int, start: int, end: int) -> None:
    assert written_at(text, 0, value, offset) == start
    if not value[offset].isspace():
        assert written_end(text, 0, value, offset) == end


def test_a_scalar_may_begin_anywhere_in_the_text() -> None:
    text = "key: value # value"
    assert written_at(text, 5, "value", 0) == 5
    assert written_at(text, 5, "value", 4) == 9
    assert written_at(text, 13, "value", 0) == 13


def test_what_lies_behind_a_value_is_at_its_end() -> None:
    assert written_at("ab", 0, "ab", 99) == 2
    assert written_at("|", 0, "", 0) == 1
    assert written_end("ab", 0, "ab", 99) == 2
