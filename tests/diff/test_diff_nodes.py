"""Parts of PromQL as texts that are equal where they mean the same, and the numbers and conditions that people read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import promql_parser as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules_written import alert, rule_object, tree

from obsgen.diff.queries.limits import compared, condition_text, limits_outside
from obsgen.diff.queries.nodes import bare, constant, duration, grouping, matching, number, one_line, subquery
from obsgen.promql import Node, parse
from obsgen.promql.durations import milliseconds
from obsgen.repository.queries.rules import Rule


def root(text: str) -> Node:
    return parse(text).root


def raw(text: str) -> Any:
    return root(text).raw


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("-(2 + 3)", -5),
        ("((24)) * 3600", 86400),
        ("1 / 4 - 1", -0.75),
        ("1 / 0", None),
        ("2 ^ 3", None),
        ("x", None),
        ("x * 2", None),
        ("vector(1)", None),
        ("time()", None),
        ("sum(x)", None),
    ],
)
def test_what_has_no_series_below_it_has_a_value(text: str, value: float | None) -> None:
    assert constant(root(text)) == value


@given(st.integers(-10_000, 10_000), st.sampled_from("+-*"), st.integers(0, 10_000))
def test_values_are_those_of_arithmetic(left: int, operator: str, right: int) -> None:
    worked_out = {"+": left + right, "-": left - right, "*": left * right}[operator]
    assert constant(root(f"({left}) {operator} {right}")) == worked_out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sum(x)", ""),
        ("sum by () (x)", ""),
        ("sum without () (x)", "without ()"),
        ("sum by (b, a) (x)", "by (a, b)"),
        ("sum(x) by (b, a)", "by (a, b)"),
        ("x + y", ""),
        ("x + ignoring () y", ""),
        ("x + on () y", "on ()"),
        ("x + on (b, a) y", "on (a, b)"),
        ("x * ignoring (b) group_left y", "ignoring (b) group_left ()"),
        ("x * on (a) group_right (d, c) y", "on (a) group_right (c, d)"),
        ("x and on (a) y", "on (a)"),
        ("x", ""),
    ],
)
def test_labels_that_are_kept_or_joined_by(text: str, told: str) -> None:
    assert grouping(raw(text)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x", []),
        ('{__name__="x"}', []),
        ('x{b="2", a="1"}', ['a="1"', 'b="2"']),
        ('x{a="1", a="1"}', ['a="1"']),
        ('{__name__=~"x|y", a!~"1"}', ['__name__=~"x|y"', 'a!~"1"']),
    ],
)
def test_matchers_are_sorted_and_told_once(text: str, told: list[str]) -> None:
    assert matching(raw(text)) == told


@given(st.integers(1, 10**11))
def test_durations_read_back_as_they_were(length: int) -> None:
    assert milliseconds(duration(timedelta(milliseconds=length))) == length


@pytest.mark.parametrize(
    ("length", "told"),
    [(timedelta(0), "0s"), (None, "0s"), (timedelta(minutes=90), "1h30m"), (timedelta(days=-1), "-1d")],
)
def test_durations_are_short(length: timedelta | None, told: str) -> None:
    assert duration(length) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [("x[5m:]", "[5m:]"), ("x[5m:30s]", "[5m:30s]"), ("x[1h:1m] offset 5m", "[1h:1m] offset 5m")],
)
def test_subqueries(text: str, told: str) -> None:
    assert subquery(raw(f"({text.partition('[')[0]})[{text.partition('[')[2]}")) == told


@pytest.mark.parametrize(("value", "told"), [(8.0, "8"), (0.1 + 0.2, "0.3"), (1e6, "1000000"), (2.5e-7, "2.5e-07")])
def test_numbers_have_the_digits_that_people_write(value: float, told: str) -> None:
    assert number(value) == told


def test_parentheses_and_lines_are_left_out() -> None:
    assert bare(root("((x))")).name == "x"
    long = f"sum by (a) (rate({'x' * 80}[5m])) > 1"
    assert one_line(root(long)).replace("( ", "(").replace(" )", ")") == long
    assert isinstance(bare(root("((x))")).raw, pq.VectorSelector)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x > 8", 1),
        ("x > 8 and y > 3", 1),
        ("x > 8 unless y > 3", 1),
        ("x > 8 or y > 3", 2),
        ("(x > 8 and y > 1) or z > 3", 2),
        ("x > y", 0),
        ("max(x > 8)", 1),
        ("5 < x < 8", 2),
    ],
)
def test_limits_outside_of_what_holds_an_alert_back(text: str, count: int) -> None:
    assert limits_outside(root(text)) == count


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x", "x"),
        ("x / x", "x"),
        ("x / y", "x, y"),
        ("a + b + c + d", "a, b and 2 more"),
        ('{job="a"}', "another condition"),
    ],
)
def test_a_condition_is_called_by_its_series(text: str, told: str) -> None:
    assert compared(root(text)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("up == 0", "up == 0"),
        ("(asked > 2)", "asked > 2"),
        (f"sum by (a) (rate({'x' * 50}[5m])) > 0.5", f"{'x' * 50} > 0.5"),
        (f"{'x' * 50} / {'y' * 5}", f"{'x' * 50}, {'y' * 5}"),
        (f"{'x' * 50} > {'y' * 5}", f"{'x' * 50}, {'y' * 5}"),
        (f"max by (gpu) (DCGM_FI_DEV_GPU_TEMP{{pod='{'x' * 40}'}}) > 80", "DCGM_FI_DEV_GPU_TEMP > 80 °C"),
    ],
)
def test_a_long_condition_is_told_by_its_series_and_limit(text: str, told: str, tmp_path: Path) -> None:
    found = tree(tmp_path, {"r.yaml": rule_object(alert("Hot", text))})
    [expression] = found.repository.expressions
    assert isinstance(expression.rule, Rule)
    assert expression.query is not None
    assert condition_text(found, expression.rule, expression.query.root) == told
