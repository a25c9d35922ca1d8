"""How faults in objects are told: what was found, and what to type instead; a secret value is never shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.schemas import words


@pytest.mark.parametrize(
    ("types", "value", "message", "hint"),
    [
        (["string"], True, "expected string, got boolean true", 'write "true", in quotes'),
        (["string"], 8080, "expected string, got integer 8080", 'write "8080", in quotes'),
        (["string"], 1.1, "expected string, got number 1.1", "write it in quotes"),
        (["string"], None, "expected string, got nothing (null)", "remove the key or give it a value"),
        (["string"], {"a": 1}, "expected string, got object", ""),
        (["boolean"], "yes", "expected boolean, got string 'yes'", "write true"),
        (["boolean"], "Off", "expected boolean, got string 'Off'", "write false"),
        (["boolean"], "true", "expected boolean, got string 'true'", "write true, without quotes"),
        (["boolean"], "maybe", "expected boolean, got string 'maybe'", ""),
        (["integer"], "15", "expected integer, got string '15'", "write 15, without quotes"),
        (["integer"], "1.5", "expected integer, got string '1.5'", ""),
        (["number"], "-1.5", "expected number, got string '-1.5'", "write -1.5, without quotes"),
        (["integer", "string"], [], "expected integer or string, got list", ""),
        (["array"], "x", "expected list, got string 'x'", "start each item on its own line with '- '"),
        (["array"], {}, "expected list, got object", "start each item on its own line with '- '"),
        (["object", "null"], "x", "expected object, got string 'x'", ""),
        (["object"], "a\nb" * 30, f"expected object, got string '{('a b' * 30)[:39]}…'", ""),
    ],
)
def test_a_value_of_another_type(types: list[str], value: Any, message: str, hint: str) -> None:
    assert words.wrong_type(types, value) == (message, hint)


@given(
    st.sampled_from(["string", "boolean", "integer", "array"]),
    st.integers(10**6, 10**9) | st.text("xyz", min_size=6) | st.floats(1e6, 1e9),
)
def test_a_secret_value_of_another_type_is_described_by_its_type_alone(kind: str, value: Any) -> None:
    message, hint = words.wrong_type([kind], value, secret=True)
    assert str(value) not in message
    assert str(value) not in hint or not isinstance(value, int | float)
    assert message.startswith(f"expected {'list' if kind == 'array' else kind}, got ")


def test_a_number_in_a_secret_is_told_to_be_quoted_without_repeating_it() -> None:
    assert words.wrong_type(["string"], 123456, secret=True) == ("expected string, got integer", "write it in quotes")


@pytest.mark.parametrize(
    ("options", "value", "told"),
    [
        (["Always", "Never"], "always", ("'always' is not one of Always, Never", "did you mean 'Always'?")),
        (["Always", "Never"], "Nevr", ("'Nevr' is not one of Always, Never", "did you mean 'Never'?")),
        (["Always", "Never"], "Sometimes", ("'Sometimes' is not one of Always, Never", "")),
        (["TCP", "tcp", "", None], "UDP", ("'UDP' is not one of TCP", "")),
        (["a", "b", "c"], 5, ("'5' is not one of a, b, c", "")),
    ],
)
def test_a_value_that_is_not_listed(options: list[Any], value: Any, told: tuple[str, str]) -> None:
    assert words.not_listed(options, value) == told


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        ("^(?:[A-Za-z0-9+/=]|\n)*={1,2}$", "it must be base64"),
        ("^(([0-9]+h)?([0-9]+m)?([0-9]+s)?)$", "write a duration such as 30s, 5m or 1h30m"),
        (r"^[0-9]+(m|Ki|Mi|Gi)?$", "write a quantity such as 500m, 2 or 100Mi"),
        (r"^[0-9]+(MB|GB)$", "write a size such as 512MB or 10GB"),
        ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "use lower-case letters, digits and '-'"),
    ],
)
def test_what_a_pattern_means_is_told_by_what_it_takes(pattern: str, form: str) -> None:
    assert words.wrong_form(pattern, "??") == ("'??' is not in the expected form", form)


def test_a_pattern_of_no_known_meaning_is_shown() -> None:
    assert words.wrong_form("^x+$", "abc") == ("'abc' does not match ^x+$", "")


@given(st.text("qrs", min_size=3))
def test_a_secret_text_of_another_form_is_not_shown(value: str) -> None:
    pattern = "^(?:[A-Za-z0-9+/=]|\n)*={1,2}$"
    message, hint = words.wrong_form(pattern, value, secret=True)
    assert message == "the value is not in the expected form"
    assert hint == "it must be base64; plain text goes under stringData"
    assert words.wrong_form("^x+$", value, secret=True) == ("the value does not match ^x+$", "")


def test_formats_have_an_example_where_there_is_one() -> None:
    assert words.wrong_format("date-time", "today") == (
        "'today' is not a date-time",
        "write it like 2026-01-31T12:00:00Z",
    )
    assert words.wrong_format("ipv4", "x") == ("'x' is not a ipv4", "")


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("replica", ["replicas", "selector"], "replicas"),
        ("REPLICAS", ["replicas"], "replicas"),
        ("matchLabel", ["matchlabels", "matchExpressions"], "matchlabels"),
        ("xyz", ["replicas"], ""),
        ("a", [], ""),
    ],
)
def test_a_word_that_is_near(word: str, known: list[str], near: str) -> None:
    assert words.similar(word, known) == near
