"""Strings, durations and sizes as Loki's lexer reads them, up to the edges of what its numbers hold."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.logql import LogqlError, NotUnderstoodError, parse
from obsgen.logql.literals import duration, size, unquoted, window
from obsgen.logql.tokens import tokens

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("5m", 300_000),
        ("1h30m", 1.5 * HOUR),
        ("1d", 24 * HOUR),
        ("1w", 168 * HOUR),
        ("1y", 8760 * HOUR),
        ("292y", 292 * 8760 * HOUR),
        ("293y", None),
        ("30m1h", None),
        ("1.5h", None),
        ("5", None),
        ("5 m", None),
        ("", None),
        ("-5m", None),
        ("100us", None),
    ],
)
def test_a_window_is_a_duration_of_prometheus_that_fits_into_nanoseconds(
    written: str, milliseconds: float | None
) -> None:
    assert window(written) == milliseconds


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("1d", 24 * HOUR),
        ("1.5h", 1.5 * HOUR),
        (".5s", 500),
        ("5.s", 5000),
        ("1ns", 1e-6),
        ("1us", 1e-3),
        ("1µs", 1e-3),
        ("1ms", 1),
        ("1m", 60_000),
        ("30m1h", 1.5 * HOUR),
        ("-1h", -HOUR),
        ("-1.5h30m", -2 * HOUR),
        ("-0", 0),
        ("0", 0),
        ("1.5d", None),
        ("+1h", None),
        ("1", None),
        ("h", None),
        ("2562047h", 2_562_047 * HOUR),
        ("2562048.0h", None),
        ("-2562048.0h", None),
    ],
)
def test_an_offset_is_a_duration_of_prometheus_or_of_go(written: str, milliseconds: float | None) -> None:
    assert duration(written) == milliseconds


@given(st.sampled_from(["ns", "us", "ms", "s", "m", "h"]), st.integers(1, 10_000))
def test_a_sign_turns_a_duration_round(unit: str, count: int) -> None:
    there, back = duration(f"{count}.0{unit}"), duration(f"-{count}.0{unit}")
    assert there is not None
    assert back == -there < 0


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("5", 5),
        ("5B", 5),
        ("5b", 5),
        ("5k", 5000),
        ("5KB", 5000),
        ("5KiB", 5120),
        ("5ki", 5120),
        ("1.5MB", 1_500_000),
        ("2GiB", 2 << 30),
        ("1T", 10**12),
        ("1PiB", 1 << 50),
        ("1EB", 10**18),
        ("15EiB", 15 << 60),
        ("16EiB", None),
        (".5kb", 500),
        ("1ZB", None),
        ("KB", None),
        ("1.2.3KB", None),
        ("5Kb/s", None),
        ("1 KB", None),
    ],
)
def test_a_size_is_decimal_or_binary_by_its_unit_and_fits_into_64_bits(written: str, count: int | None) -> None:
    assert size(written) == count


@pytest.mark.parametrize(
    ("inside", "value"),
    [
        ("", ""),
        ("plain é", "plain é"),
        (r"\a\b\f\n\r\t\v\\\"", '\a\b\f\n\r\t\v\\"'),
        (r"\101\x41\u0041\U00000041", "AAAA"),
        (r"\x7f\177", "\x7f\x7f"),
        (r"\u00e9\U0001F600", "é😀"),
        (r"a\\d", r"a\d"),
        (r"a\d", 1),
        (r"abc\'", 3),
        (r"\18", 0),
        (r"\x4", 0),
        (r"\u123", 0),
    ],
)
def test_escapes_are_those_of_go_or_told_by_their_offset(inside: str, value: str | int) -> None:
    assert unquoted(inside) == value


@pytest.mark.parametrize("inside", [r"\x80", r"\377", r"\200"])
def test_an_escape_for_a_byte_above_ascii_is_no_character(inside: str) -> None:
    with pytest.raises(ValueError, match="a byte, not a character"):
        unquoted(inside)


@pytest.mark.parametrize("inside", [r"\ud800", r"\udfff", r"\U00110000"])
def test_an_escape_for_half_a_character_is_none(inside: str) -> None:
    with pytest.raises(ValueError, match="no character"):
        unquoted(inside)


@given(st.text(st.characters(exclude_characters='\\"\n')))
def test_what_has_no_backslash_stands_for_itself(text: str) -> None:
    assert unquoted(text) == text


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("5m5", ["number", "name", "end"]),
        ("5m", ["duration", "end"]),
        ("5MB", ["size", "end"]),
        ("5 m", ["number", "name", "end"]),
        ("5e3", ["number", "end"]),
        ("-5m", ["duration", "end"]),
        ("-5", ["sign", "number", "end"]),
        ("- 5m", ["sign", "duration", "end"]),
        ("--strict x", ["flag", "name", "end"]),
        ("--keep-empty", ["flag", "end"]),
        ("--strictly", ["sign", "sign", "name", "end"]),
        ("[5m]", ["range", "end"]),
        ("'a'", ["odd", "end"]),
        (r"'\n'", None),
        ("rate (x)", ["function", "sign", "name", "sign", "end"]),
        ("rate", ["name", "end"]),
        ("sum by (x)", ["function", "word", "sign", "name", "sign", "end"]),
        ("sum BY(x)", ["function", "word", "sign", "name", "sign", "end"]),
        ("sum bytes", ["name", "name", "end"]),
        ("JSON Json", ["word", "word", "end"]),
        ("a # b\nc // d\ne /* f */ g", ["name", "name", "name", "name", "end"]),
        ("@ ;", ["odd", "odd", "end"]),
        ("", ["end"]),
    ],
)
def test_a_text_is_cut_as_loki_cuts_it(text: str, kinds: list[str] | None) -> None:
    try:
        found = [each.kind for each in tokens(text)]
    except LogqlError:
        found = None
    assert found == kinds


@given(st.text('ab5.m[]{}()|="`#/* \n-', max_size=20))
def test_tokens_stand_in_order_at_their_places(text: str) -> None:
    try:
        found = tokens(text)
    except LogqlError:
        return
    assert all(text[each.start : each.end].lower() == each.text.lower() for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert found[-1].start == len(text)


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ('{a="b', "the string is never closed", 3),
        ("{a=`b", "the string is never closed", 3),
        ('{a="b"} /* never', "the comment is never closed", 8),
        ('rate({a="b"}[5m', "'[' is never closed", 12),
        ("1e", "an exponent without digits", 0),
        ("1 + 2E+", "an exponent without digits", 4),
        ('{a="b"} |= "x\0"', "a NUL character", 13),
        (r'{a="b"} |= "\d"', "not an escape", 12),
    ],
)
def test_what_is_no_token_is_told_where_it_begins(text: str, message: str, at: int) -> None:
    with pytest.raises(LogqlError) as refused:
        parse(text)
    assert (refused.value.message, refused.value.start) == (message, at)
    assert not isinstance(refused.value, NotUnderstoodError)


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("0x1F", "0"),
        ("1_000", "1"),
        ("012", "012"),
        ('{é="b"}', "é"),
        ('{aé="b"}', "é"),
        (r'{a="\xff"}', r'"\xff"'),
        ("{'a'=\"b\"}", "'"),
    ],
)
def test_what_only_loki_can_read_is_not_judged(text: str, spot: str) -> None:
    with pytest.raises(NotUnderstoodError) as unsure:
        parse(text)
    assert text[unsure.value.start :][: unsure.value.length] == spot


def test_a_query_has_fewer_bytes_than_loki_refuses() -> None:
    start, end = '{a="', '"}'
    longest = 131_071 - len(start) - len(end)
    assert parse(start + "b" * longest + end).selectors()
    with pytest.raises(LogqlError, match="longer than the 131071 bytes"):
        parse(start + "b" * (longest + 1) + end)
