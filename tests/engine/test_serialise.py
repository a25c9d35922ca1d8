"""Objects to bytes: every reader of YAML, of either version, gets back what was written."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import yaml as pyyaml
from engine_support import yaml
from hypothesis import given
from hypothesis import strategies as st

from obsgen.source import load_text
from obsgen.tree.serialise import json_bytes, yaml_bytes

# What readers of YAML 1.1 and 1.2 take for numbers, dates, booleans or nothing, and what looks like it.
_ODD = st.text(alphabet="0123456789+-._eExXoObnNyYtTrRuUlL:~=<", max_size=8)
_TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | _ODD
_LINES = st.lists(st.text(alphabet="ab :#-'\"\t>|%{}", max_size=6), max_size=5).map("\n".join)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT | _LINES
values = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4), max_leaves=12
)


@given(values)
def test_readers_of_yaml_1_2_get_back_what_was_written(value: Any) -> None:
    (document,) = load_text(yaml_bytes(value).decode(), "file.yaml")
    assert document.value == value
    assert type(document.value) is type(value)
    assert document.traps == ()


@given(values)
def test_readers_of_yaml_1_1_get_back_what_was_written(value: Any) -> None:
    assert pyyaml.safe_load(yaml_bytes(value)) == value


@given(values)
def test_the_same_value_has_the_same_bytes(value: Any) -> None:
    again = yaml(yaml_bytes(value)) if value is not None else None
    assert yaml_bytes(again) == yaml_bytes(value)


@given(st.dictionaries(_TEXT, _SCALARS.filter(lambda value: value not in (math.inf, -math.inf)), max_size=4))
def test_json_is_read_back(value: dict[str, Any]) -> None:
    data = json_bytes(value)
    assert json.loads(data) == value
    assert data.endswith(b"}\n")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": "text", "b": 1, "c": True, "d": None}, "a: text\nb: 1\nc: true\nd: null\n"),
        ({"b": 1, "a": 2}, "b: 1\na: 2\n"),
        ({"list": ["x", {"z": 1}], "none": [], "empty": {}}, "list:\n- x\n- z: 1\nnone: []\nempty: {}\n"),
        ({"text": "one\ntwo\n"}, "text: |\n  one\n  two\n"),
        ({"text": " one\n"}, 'text: " one\\n"\n'),
        ({"text": "one \n"}, 'text: "one \\n"\n'),
        ({"on": "yes"}, '"on": "yes"\n'),
        ({"version": "0.10"}, 'version: "0.10"\n'),
        ({"version": "0.10.1", "time": "30s"}, "version: 0.10.1\ntime: 30s\n"),
        ({"port": "8080", "mode": "0644", "hex": "0x1F", "day": "2020-01-01"},
         'port: "8080"\nmode: "0644"\nhex: "0x1F"\nday: "2020-01-01"\n'),
        ({"template": "{{ $value }}"}, "template: '{{ $value }}'\n"),
        ({"small": 2.5e-6, "large": 1e16}, "small: 2.5e-06\nlarge: 1.0e+16\n"),
        ({"text": "Grüße 漢字"}, "text: Grüße 漢字\n"),
    ],
)  # fmt: skip
def test_files_look_as_people_write_them(value: Any, written: str) -> None:
    assert yaml_bytes(value).decode() == written


def test_a_header_stands_above_the_document() -> None:
    assert yaml_bytes({"a": 1}, "Two\n\nlines: {") == b"# Two\n#\n# lines: {\na: 1\n"


def test_values_that_no_file_can_hold_are_refused() -> None:
    with pytest.raises(TypeError, match="cannot write a set"):
        yaml_bytes({"a": {1, 2}})
    with pytest.raises(ValueError, match="JSON"):
        json_bytes({"a": math.nan})


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_infinities_are_numbers_to_readers_of_either_version(number: float) -> None:
    data = yaml_bytes({"a": number})
    assert yaml(data) == pyyaml.safe_load(data) == {"a": number}
