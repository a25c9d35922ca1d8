"""Which parts of two expressions differ: layout is none, and whatever changes the tree is one."""

from __future__ import annotations

from random import Random
from typing import Any

import promql_parser
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from made_expressions import ALERTS, Layout, mutants

from obsgen import logql
from obsgen.diff.queries.expressions import Difference, Part, differences
from obsgen.diff.queries.logs import log_differences
from obsgen.promql import parse

LAYOUTS = st.randoms(use_true_random=False).map(Layout)


def found(old: str, new: str) -> list[Difference]:
    return differences(parse(old).root, parse(new).root)


def parts(old: str, new: str) -> list[tuple[str, str, str, bool | None]]:
    return [(each.part.value, each.old, each.new, each.looser) for each in found(old, new)]


@given(ALERTS, LAYOUTS)
def test_layout_parentheses_and_the_order_of_lists_mean_nothing(tree: Any, layout: Layout) -> None:
    plain = tree.write(Layout())
    assert found(plain, tree.write(layout)) == []
    assert found(plain, promql_parser.parse(plain).prettify()) == []


@given(ALERTS, LAYOUTS, st.randoms(use_true_random=False))
def test_whatever_changes_the_tree_is_a_difference(tree: Any, layout: Layout, chance: Random) -> None:
    mutant = chance.choice(list(mutants(tree)))
    old, new = tree.write(Layout()), mutant.write(Layout())
    assume(promql_parser.parse(old).prettify() != promql_parser.parse(new).prettify())
    assert found(old, mutant.write(layout)) != []
    assert found(mutant.write(layout), old) != []


@given(ALERTS, st.randoms(use_true_random=False))
def test_a_difference_and_its_reverse_go_opposite_ways(tree: Any, chance: Random) -> None:
    mutant = chance.choice(list(mutants(tree))).write(Layout())
    there, back = found(tree.write(Layout()), mutant), found(mutant, tree.write(Layout()))
    assert [each.part for each in there] == [each.part for each in back]
    for one, other in zip(there, back, strict=True):
        assert (one.old, one.new) == (other.new, other.old)
        assert one.looser is other.looser is None or one.looser is (not other.looser)


@given(ALERTS)
def test_a_condition_that_joins_is_a_guard_and_nothing_else(tree: Any) -> None:
    plain = f"({tree.write(Layout())})"
    assume(" or " not in plain)
    assert parts(plain, f"{plain} and on (job) guard > 1")[:1] == [("guard", "", "guard > 1", True)]
    assert parts(f"{plain} unless on (job) guard > 1", plain) == [("guard", "guard > 1", "", False)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("x > 8", "x > 12", ("limit", "8", "12", True)),
        ("x < 8", "x < 12", ("limit", "8", "12", False)),
        ("8 < x", "12 < x", ("limit", "8", "12", True)),
        ("x > -5", "x > -6", ("limit", "-5", "-6", False)),
        ("x == 8", "x == 9", ("value", "8", "9", None)),
        ("x != 8", "x != 9", ("value", "8", "9", None)),
        ("x == bool 8", "x == bool 9", ("limit", "8", "9", None)),
        ("x > bool 8", "x > bool 9", ("limit", "8", "9", None)),
        ("time() - x > 24 * 3600", "time() - x > 2 * 86400", ("limit", "86400", "172800", True)),
        ("x unless y > 5", "x unless y > 6", ("limit", "5", "6", False)),
        ("max(x > 5)", "max(x > 6)", ("limit", "5", "6", True)),
        ("count(x > 5) > 3", "count(x > 6) > 3", ("limit", "5", "6", None)),
        ("absent(x > 5)", "absent(x > 6)", ("limit", "5", "6", None)),
        ("x > 8", "x >= 8", ("operation", ">", ">=", False)),
        ("x > 8", "x < 8", ("turned", ">", "<", None)),
        ("x >= 8", "x < 8", ("turned", ">=", "<", None)),
        ("x == 8", "x != 8", ("turned", "==", "!=", None)),
        ("x > 8", "x == 8", ("operation", ">", "==", None)),
        ("x > bool 8", "x < bool 8", ("operation", "> bool", "< bool", None)),
        ("x and y > 8", "x and y < 8", ("operation", ">", "<", None)),
        ("count(x > 8) > 2", "count(x < 8) > 2", ("operation", ">", "<", None)),
        ('x{a="b"} > 8', 'x{a="b",c="d"} > 8', ("matcher", "", 'c="d"', True)),
        ('x > 8 unless y{a="b"}', "x > 8 unless y", ("matcher", 'a="b"', "", True)),
        ('sum(x{a="b"}) > 8', "sum(x) > 8", ("matcher", 'a="b"', "", None)),
        ("x > 8 or y > 3", "x > 8", ("branch", "y > 3", "", True)),
        ("x > 8", "x > 8 or y > 3", ("branch", "", "y > 3", False)),
        ("min by (a, b) (x) > 1", "max by (b, a) (x) > 1", ("operation", "min", "max", None)),
        ("min by (a) (x) > 1", "min by (a, b) (x) > 1", ("grouping", "by (a)", "by (a, b)", None)),
        ("rate(x[5m]) > 1", "rate(x[10m]) > 1", ("window", "5m", "10m", None)),
        ("rate(x[5m]) / rate(y[5m]) > 1", "rate(x[1h]) / rate(y[1h]) > 1", ("window", "5m", "1h", None)),
        ("x / y > 1", "z / y > 1", ("series", "x", "z", None)),
        ("x / y > 1", "a / b > 1", ("series", "x, y", "a, b", None)),
        ("quantile(0.9, x) > 1", "quantile(0.99, x) > 1", ("quantile", "0.9", "0.99", False)),
        ("histogram_quantile(0.9, x) > 1", "histogram_quantile(0.5, x) > 1", ("quantile", "0.9", "0.5", True)),
        ("histogram_quantile(0.9, x) < 1", "histogram_quantile(0.5, x) < 1", ("quantile", "0.9", "0.5", False)),
        ("1 < histogram_quantile(0.9, x)", "1 < histogram_quantile(0.5, x)", ("quantile", "0.9", "0.5", True)),
        ("max(quantile(0.9, x)) > 1", "max(quantile(0.5, x)) > 1", ("quantile", "0.9", "0.5", True)),
        ("(quantile(0.9, x)) > 1", "(quantile(0.5, x)) > 1", ("quantile", "0.9", "0.5", True)),
        ("y unless quantile(0.9, x) > 1", "y unless quantile(0.5, x) > 1", ("quantile", "0.9", "0.5", False)),
        ("1 - quantile(0.9, x) > 1", "1 - quantile(0.5, x) > 1", ("quantile", "0.9", "0.5", None)),
        ("quantile(0.9, x) > bool 1", "quantile(0.5, x) > bool 1", ("quantile", "0.9", "0.5", None)),
        ("count(quantile(0.9, x) > 1) > 2", "count(quantile(0.5, x) > 1) > 2", ("quantile", "0.9", "0.5", None)),
        ("round(x, 5) > 1", "round(x, 6) > 1", ("number", "5", "6", None)),
    ],
)
def test_a_part_that_differs_alone_is_told_as_such(old: str, new: str, told: tuple[Any, ...]) -> None:
    assert parts(old, new) == [told]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x > 8", "x / y > 8"),
        ("x / y > 8", "x > 8 * y"),
        ("x_microseconds > 1000000", "x_seconds > 1"),
        ("x / 1e6 > 8", "x / 1e3 > 9"),
        ("min by (a) (x) > 1", "max by (b) (x) > 1"),
        ("sum by (a) (x) > 1", "sum by (b) (x) > 2"),
        ("rate(x[5m]) > 1", "increase(y[5m]) > 1"),
        ("x > 8 and y > 1 and z > 1", "x > 8 and a > 1"),
        ("x > 8 and y > 1", "x > 8 unless y > 1"),
        ("x > 8 or y > 1", "z > 8 or a > 1 or b > 1"),
        ("absent(x)", "x == 0"),
    ],
)
def test_parts_that_differ_together_make_another_expression(old: str, new: str) -> None:
    assert [each.part for each in found(old, new)] == [Part.SHAPE]


def test_what_stands_for_itself_is_told_beside_others() -> None:
    both = parts("rate(x[5m]) > 8", "rate(x[10m]) > 12 and y > 1")
    assert {each[0] for each in both} == {"limit", "window", "guard"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sum by () (x)", "sum(x)"),
        ("a + ignoring () b", "a + b"),
        ("a * on (x) group_left (z, y) b", "a * on (x) group_left (y, z) b"),
        ('{__name__="x"}', "x"),
        ("a and b and c", "a and c and b"),
        ("x > 3600", "x > 60 * 60"),
        ("rate(x[60m])", "rate(x[1h])"),
    ],
)
def test_other_spellings_are_no_difference(old: str, new: str) -> None:
    assert found(old, new) == []


def logs(old: str, new: str) -> list[tuple[str, str, str, bool | None]]:
    sides = logql.parse(old).root, logql.parse(new).root
    return [(each.part.value, each.old, each.new, each.looser) for each in log_differences(*sides, (old, new))]


RATE = 'sum by ({by}) (rate({{{asks}}} |= "{line}" [{window}])) {limit}'


def lines(**given: str) -> str:
    return RATE.format(**{"by": "app, pod", "asks": 'app="a", env="b"', "line": "error", "window": "5m"} | given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"by": "pod,app", "asks": 'env="b",app="a"'}, []),
        ({"limit": ">  2"}, [("limit", "1", "2", True)]),
        ({"window": "1h"}, [("window", "5m", "1h", None)]),
        ({"by": "app"}, [("grouping", "by (app, pod)", "by (app)", None)]),
        ({"asks": 'app="a", env="c"'}, [("matcher", 'env="b"', 'env="c"', None)]),
    ],
)
def test_log_queries_are_compared_by_their_tree(given: dict[str, str], told: list[tuple[Any, ...]]) -> None:
    assert logs(lines(limit="> 1"), lines(**{"limit": "> 1"} | given)) == told


def test_other_lines_are_another_log_query() -> None:
    old, new = lines(limit="> 1"), lines(limit="> 1", line="fatal")
    assert logs(old, new) == [("shape", old, new, None)]


@pytest.mark.parametrize("limit", [">= 1", "> bool 1", "* 2", "> 1 or vector(1)", "> vector(2)"])
def test_another_operator_is_another_log_query(limit: str) -> None:
    assert [each[0] for each in logs(lines(limit="> 1"), lines(limit=limit))] == ["shape"]


@pytest.mark.parametrize(
    ("old", "new", "looser"),
    [("> 1", "> 2", True), ("< 1", "< 2", False), ("== 1", "== 2", None), ("> bool 1", "> bool 2", None)],
)
def test_limits_of_log_queries_have_a_direction(old: str, new: str, looser: bool | None) -> None:
    assert [each[3] for each in logs(lines(limit=old), lines(limit=new))] == [looser]


def test_numbers_that_are_worked_with_are_no_limits() -> None:
    assert [each[0] for each in logs(lines(limit="* 2 > 1"), lines(limit="* 3 > 1"))] == ["shape"]
