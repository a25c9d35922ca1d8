"""LogQL laid out for people: the same query, shorter lines."""

from __future__ import annotations

import pytest
from logql_support import corpus, tree

from obsgen.logql import parse
from obsgen.logql.layout import MAX_LINE, laid_out

LONG = 'sum by (namespace) (rate({namespace="apps", pod=~"chatbot-.*"} |= "a / b" | json a="x" [5m]))'


def test_a_short_query_stays_on_its_line() -> None:
    assert laid_out("sum(rate({a=`b`}[5m])) > 1") == "sum(rate({a=`b`}[5m])) > 1"


def test_operands_stand_on_lines_of_their_own_and_limits_behind_their_operators() -> None:
    assert laid_out(f"{LONG} / {LONG} > 0.2") == f"{LONG}\n  /\n{LONG}\n  > 0.2\n"


def test_what_an_operator_matches_on_stays_with_it() -> None:
    assert laid_out(f"{LONG} and on (a, b) {LONG}") == f"{LONG}\n  and on (a, b)\n{LONG}\n"


def test_operators_in_brackets_and_strings_break_nothing() -> None:
    inner = f"({LONG} + {LONG})"
    assert laid_out(f"{inner} / 1000") == f"{inner}\n  / 1000\n"


METRICS = [text for text in corpus("valid") if parse(text).ranges() and "#" not in text and "//" not in text]
"""Those that give vectors, which an operator can join, without comments, which a line break would end."""


@pytest.mark.parametrize("text", METRICS)
def test_the_layout_changes_no_query(text: str) -> None:
    long = " or ".join([text] * (MAX_LINE // len(text) + 2))
    shown = laid_out(long)
    assert shown.count("\n") > 1
    assert tree(shown) == tree(long)
