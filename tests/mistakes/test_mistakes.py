"""Each mistake is found by the check that the table names, what is right is not told of; the page follows the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from table import EXAMPLES, PAGE, Mistake, groups, page

from obsgen import explain
from obsgen.checks import validate
from obsgen.checks.discovery import plain_checks

MISTAKES = [row for rows in groups().values() for row in rows]
SEEN = [row for row in MISTAKES if row.check]
MEANINGS = {
    *("signal", "type", "unit", "histogram", "label", "join", "sum", "empty", "ratio", "timing"),
    *("path", "route"),
}
"""Groups whose checks know the field: what each of them finds is a mistake that people make."""
IN_NO_ROW: dict[str, str] = {}
"""Checks of these groups that find no mistake of anybody's, and why that is so."""


def ids(path: Path) -> set[str]:
    return {finding.id for finding in validate([path], "off").findings}


@pytest.mark.parametrize("mistake", SEEN, ids=lambda one: one.mistake[:60])
def test_a_mistake_is_found(mistake: Mistake, tmp_path: Path) -> None:
    assert mistake.check in ids(mistake.write(tmp_path, bad=True))


@pytest.mark.parametrize("mistake", SEEN, ids=lambda one: one.mistake[:60])
def test_what_is_right_is_not_told_of(mistake: Mistake, tmp_path: Path) -> None:
    assert mistake.check not in ids(mistake.write(tmp_path, bad=False))


def test_every_row_has_a_check_with_a_page_or_a_reason() -> None:
    assert all(bool(row.check) != bool(row.why) for row in MISTAKES)
    assert {row.check for row in SEEN} <= set(explain.ids())
    assert all((EXAMPLES / row.examples).is_dir() if row.examples else row.bad and row.good for row in SEEN)
    assert len({row.mistake for row in MISTAKES}) == len(MISTAKES)


def test_every_check_that_knows_the_field_has_a_row() -> None:
    known = {check.ID for check in plain_checks() if check.ID.partition("/")[0] in MEANINGS}
    named = {row.check for row in SEEN}
    assert {each.partition("/")[0] for each in known} == MEANINGS
    assert known - named == set(IN_NO_ROW), "add a row to mistakes.yaml, or a reason here"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/mistakes/table.py"


def test_the_page_shows_each_row_once() -> None:
    lines = page().splitlines()
    shown = [line for line in lines if line.startswith("| ") and not line.startswith("| Mistake")]
    assert len(shown) == len(MISTAKES)
    assert all(line.replace("\\|", "").count("|") == 4 for line in shown)
