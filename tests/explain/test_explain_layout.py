"""Columns of text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from obsgen.explain.layout import WIDTH, paragraph, section, table

WORDS = st.lists(st.text("abc.-", min_size=1, max_size=12), min_size=1, max_size=60).map(" ".join)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table([("a", "one"), ("long", "two")]) == ["  a     one", "  long  two"]


def test_the_last_column_is_wrapped_below_itself() -> None:
    first, second = table([("name", "word " * 25)])
    assert second == " " * 8 + "word " * (25 - first.count("word") - 1) + "word"


def test_yaml_stays_on_one_line() -> None:
    assert len(paragraph("modelServers: [" + "{name: x}, " * 30 + "]")) == 1


def test_a_section_without_rows_is_left_out() -> None:
    assert section("alerts", []) == []
    assert section("alerts", [("a",)]) == ["", "alerts", "  a"]


@given(st.lists(st.tuples(st.text("ab", max_size=8), WORDS), min_size=1, max_size=5))
def test_no_word_is_lost_and_no_line_too_long(rows: list[tuple[str, str]]) -> None:
    lines = table(rows)
    assert " ".join(lines).split() == " ".join(f"{name} {text}" for name, text in rows).split()
    assert max(map(len, lines)) <= WIDTH
