"""The metric part of LogQL: what operators join, what aggregations take, and where windows may stand."""

from __future__ import annotations

from typing import Any

import pytest

from obsgen.logql import LogqlError, NotUnderstoodError, parse
from obsgen.logql.tree import (
    Binary,
    Grouping,
    LabelReplace,
    LogRange,
    Matcher,
    Number,
    RangeAggregation,
    Unwrap,
    VectorAggregation,
)

RATE = 'rate({a="b"}[5m])'


def shape(text: str) -> str:
    """An expression of numbers with every operator in parentheses."""

    def shown(node: object) -> str:
        if isinstance(node, Binary):
            return f"({shown(node.left)} {node.operator} {shown(node.right)})"
        assert isinstance(node, Number)
        return f"{node.value:g}"

    return shown(parse(text).root)


def only(text: str, kind: type) -> Any:
    (found,) = (each for each in parse(text).nodes() if isinstance(each, kind))
    return found


def refused(text: str) -> tuple[str, str]:
    """What is surely wrong with a query, and where it stands."""
    with pytest.raises(LogqlError) as caught:
        parse(text)
    assert not isinstance(caught.value, NotUnderstoodError)
    return caught.value.message, text[caught.value.start :][: caught.value.length]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 * 2 + 3", "((1 * 2) + 3)"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("1 / 2 % 3", "((1 / 2) % 3)"),
        ("2 ^ 3 ^ 4", "(2 ^ (3 ^ 4))"),
        ("2 * 3 ^ 4", "(2 * (3 ^ 4))"),
        ("1 + 2 > 3", "((1 + 2) > 3)"),
        ("1 > 2 + 3", "(1 > (2 + 3))"),
        ("1 > 2 == 3", "((1 > 2) == 3)"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ("1 <= 2 != 3 >= 4 < 5", "((((1 <= 2) != 3) >= 4) < 5)"),
        ("1 - -2", "(1 - -2)"),
        ("+1 + +2", "(1 + 2)"),
    ],
)
def test_operators_bind_as_in_prometheus(text: str, joined: str) -> None:
    assert shape(text) == joined


@pytest.mark.parametrize(
    ("text", "operators"),
    [
        ("{0} or {0} and {0}", ["or", "and"]),
        ("{0} and {0} or {0}", ["or", "and"]),
        ("{0} unless {0} > 5", ["unless", ">"]),
        ("{0} or {0} > 5", ["or", ">"]),
    ],
)
def test_sets_bind_least(text: str, operators: list[str]) -> None:
    nodes = parse(text.format(RATE)).nodes()
    assert [each.operator for each in nodes if isinstance(each, Binary)] == operators


@pytest.mark.parametrize(
    ("words", "on", "labels", "group", "include"),
    [
        ("on (c)", True, ("c",), "", ()),
        ("on ()", True, (), "", ()),
        ("ignoring (c, d)", False, ("c", "d"), "", ()),
        ("on (c) group_left", True, ("c",), "left", ()),
        ("on (c) group_left (d, e)", True, ("c",), "left", ("d", "e")),
        ("ignoring (c) group_right ()", False, ("c",), "right", ()),
    ],
)
def test_sides_find_each_other_by_labels(
    words: str, on: bool, labels: tuple[str, ...], group: str, include: tuple[str, ...]
) -> None:
    text = f"{RATE} / {words} {RATE}"
    root = parse(text).root
    assert isinstance(root, Binary)
    assert root.matching
    found = root.matching
    assert (found.on, found.labels, found.group, found.include) == (on, labels, group, include)
    assert text[found.start : found.end] == words
    assert text[root.start : root.end] == text


def test_bool_stands_before_the_labels() -> None:
    root = parse(f"{RATE} > bool on (c) {RATE}").root
    assert isinstance(root, Binary)
    assert root.returns_bool
    assert root.matching
    assert not only(f"{RATE} > {RATE}", Binary).returns_bool


@pytest.mark.parametrize(
    ("text", "operation", "parameter", "labels", "without"),
    [
        (f"sum({RATE})", "sum", None, None, None),
        (f"sum by (c, d) ({RATE})", "sum", None, ("c", "d"), False),
        (f"sum({RATE}) by (c)", "sum", None, ("c",), False),
        (f"avg without (c) ({RATE})", "avg", None, ("c",), True),
        (f"count by () ({RATE})", "count", None, (), False),
        (f"topk(5, {RATE})", "topk", 5, None, None),
        (f"bottomk(3, {RATE}) by (c)", "bottomk", 3, ("c",), False),
        (f"approx_topk(2, {RATE})", "approx_topk", 2, None, None),
        (f"sort_desc({RATE})", "sort_desc", None, None, None),
        (f"sort({RATE}) by ()", "sort", None, (), False),
    ],
)
def test_aggregations_of_vectors(
    text: str, operation: str, parameter: int | None, labels: tuple[str, ...] | None, without: bool | None
) -> None:
    found = only(text, VectorAggregation)
    assert (found.operation, found.parameter) == (operation, parameter)
    grouping = found.grouping
    assert ((grouping.labels, grouping.without) if grouping else (None, None)) == (labels, without)
    assert isinstance(found.inner, RangeAggregation)


@pytest.mark.parametrize(
    ("text", "message", "spot"),
    [
        (f"sum(5, {RATE})", "sum takes no number", "5"),
        (f"topk({RATE})", "topk needs a number first, such as 5", "topk"),
        (f"topk(0, {RATE})", "topk needs a whole number above zero", "0"),
        (f"bottomk(1.5, {RATE})", "bottomk needs a whole number above zero", "1.5"),
        (f"topk(9223372036854775808, {RATE})", "topk needs a whole number above zero", "9223372036854775808"),
        (f"approx_topk by (c) (5, {RATE})", "approx_topk cannot group", "approx_topk"),
        (f"sort by (c) ({RATE})", "sort cannot group", "sort"),
        (f"sort_desc({RATE}) by (c)", "sort_desc cannot group", "sort_desc"),
        ('sum({a="b"})', "lines where numbers are expected", '{a="b"}'),
        ('{a="b"} > 5', "lines where numbers are expected", '{a="b"}'),
        ('5 + {a="b"}', "lines where numbers are expected", '{a="b"}'),
        (f"{RATE} and 1", "a number beside 'and', which joins vectors", "1"),
        (f"1 + 2 or {RATE}", "a number beside 'or', which joins vectors", "1 + 2"),
        (f"{RATE} unless (3 * 2)", "a number beside 'unless', which joins vectors", "3 * 2"),
        ("1e999", "a number that is too large", "1e999"),
        ("1 + -1e999", "a number that is too large", "-1e999"),
        ("vector(1e999)", "a number that is too large", "1e999"),
        ("vector(-1)", "unexpected -, expected a number", "-"),
        ("vector()", "unexpected ), expected a number", ")"),
        (f"{RATE} / on {RATE}", "unexpected rate, expected '('", "rate"),
        (f"{RATE} +", "the expression ends where a selector, a function or a number is expected", "+"),
        ("(1", "the expression ends where ')' is expected", "1"),
        ("1)", "unexpected ), expected an operator or the end", ")"),
        (f"{RATE} {RATE}", "unexpected rate, expected an operator or the end", "rate"),
    ],
)
def test_what_loki_refuses_of_metrics(text: str, message: str, spot: str) -> None:
    assert refused(text) == (message, spot)


def test_a_vector_may_stand_beside_a_set_operator() -> None:
    assert not parse(f"{RATE} or vector(0)").doubts
    assert only(f"{RATE} or vector(0)", Number).is_vector


def test_the_largest_k_is_taken() -> None:
    assert only(f"topk(9223372036854775807, {RATE})", VectorAggregation).parameter == 2**63 - 1


PLAIN = ["bytes_over_time", "bytes_rate", "count_over_time", "rate", "absent_over_time"]
GROUPED = [f"{one}_over_time" for one in ("avg", "stddev", "stdvar", "max", "min", "first", "last")]
UNWRAPPED = [*GROUPED, "sum_over_time", "rate", "rate_counter", "absent_over_time"]


@pytest.mark.parametrize("function", PLAIN)
def test_functions_of_lines(function: str) -> None:
    found = only(f'{function}({{a="b"}}[5m])', RangeAggregation)
    assert (found.operation, found.parameter, found.grouping, found.range.unwrap) == (function, None, None, None)


@pytest.mark.parametrize("function", UNWRAPPED)
def test_functions_of_values(function: str) -> None:
    found = only(f'{function}({{a="b"}} | unwrap c [5m])', RangeAggregation)
    assert found.range.unwrap
    assert (found.operation, found.range.unwrap.label) == (function, "c")


@pytest.mark.parametrize("function", sorted(set(UNWRAPPED) - set(PLAIN)))
def test_functions_of_values_need_them(function: str) -> None:
    told = "needs `| unwrap label` behind the stages"
    assert refused(f'{function}({{a="b"}}[5m])') == (f"{function} {told}", function)


@pytest.mark.parametrize("function", sorted(set(PLAIN) - set(UNWRAPPED)))
def test_functions_of_lines_take_no_values(function: str) -> None:
    assert refused(f'{function}({{a="b"}} | unwrap c [5m])')[0] == f"{function} counts lines, it takes no unwrap"


@pytest.mark.parametrize("function", GROUPED)
def test_functions_that_group(function: str) -> None:
    found = only(f'{function}({{a="b"}} | unwrap c [5m]) by (d)', Grouping)
    assert found.labels == ("d",)


@pytest.mark.parametrize("function", sorted(set(UNWRAPPED) - set(GROUPED)))
def test_functions_that_do_not_group(function: str) -> None:
    told = f"{function} cannot group; put sum by (…) around it"
    assert refused(f'{function}({{a="b"}} | unwrap c [5m]) by (d)')[0] == told


def test_a_quantile_has_its_number_first() -> None:
    text = 'quantile_over_time(0.95, {a="b"} | unwrap c [5m]) by (d)'
    found = only(text, RangeAggregation)
    assert found.parameter == 0.95
    assert text[found.start : found.end] == text
    assert refused(text.replace("0.95, ", ""))[0] == "quantile_over_time needs a number first, such as 0.95"
    assert refused(text.replace("0.95", "1e999"))[0] == "quantile_over_time has a number that is too large"
    assert refused(text.replace("quantile", "max"))[0] == "max_over_time takes no number"


STAGED = '{a="b"} |= "x" | json'


@pytest.mark.parametrize(
    "written",
    [
        f"{STAGED} [5m]",
        f"({STAGED} [5m])",
        f"({STAGED})[5m]",
        f"(({STAGED})[5m])",
        '{a="b"}[5m] |= "x" | json',
        '({a="b"}[5m] |= "x" | json)',
    ],
)
def test_a_window_stands_behind_the_stages_or_before_them(written: str) -> None:
    text = f"rate({written})"
    found = only(text, LogRange)
    assert (found.window, found.offset, len(found.query.stages)) == (300_000, 0, 2)
    assert text[found.start : found.end] == written


@pytest.mark.parametrize(
    ("written", "offset"),
    [("offset 1h", 3_600_000), ("offset -30s", -30_000), ("offset 1.5h", 5_400_000), ("OFFSET 1m", 60_000)],
)
def test_a_window_may_lie_back_in_time(written: str, offset: float) -> None:
    for text in (f'rate({{a="b"}}[5m] {written})', f'rate(({{a="b"}})[5m] {written})'):
        assert only(text, LogRange).offset == offset


@pytest.mark.parametrize(
    ("written", "label", "conversion", "filters"),
    [
        ("| unwrap c", "c", "", 0),
        ("| unwrap duration(c)", "c", "duration", 0),
        ("| unwrap duration_seconds(c)", "c", "duration_seconds", 0),
        ("| unwrap bytes(c)", "c", "bytes", 0),
        ('| unwrap c | __error__=""', "c", "", 1),
        ('| unwrap c | __error__="" | d > 5', "c", "", 2),
    ],
)
def test_values_of_a_label(written: str, label: str, conversion: str, filters: int) -> None:
    for text in (f'sum_over_time({{a="b"}} {written} [5m])', f'sum_over_time({{a="b"}}[5m] {written})'):
        found = only(text, Unwrap)
        assert (found.label, found.conversion, len(found.filters)) == (label, conversion, filters)
        assert text[found.start : found.end] == written


@pytest.mark.parametrize(
    ("text", "message", "spot"),
    [
        ("rate(5)", "unexpected 5, expected a selector {…}", "5"),
        ("rate()", "unexpected ), expected a selector {…}", ")"),
        (f"rate({RATE})", "unexpected rate, expected a selector {…}", "rate"),
        ('rate({a="b"})', "unexpected ), expected a range such as [5m]", ")"),
        ('rate(({a="b"}))', "unexpected ), expected a range such as [5m]", ")"),
        ('rate({a="b"}[5m] offset)', "unexpected ), expected a duration such as 1h", ")"),
        ('rate({a="b"}[5m] offset 5)', "unexpected 5, expected a duration such as 1h", "5"),
        ('rate(({a="b"})[5m] |= "x")', "unexpected |=, expected ')'", "|="),
        ('rate({a="b"} | json [5m] |= "x")', "unexpected |=, expected ')'", "|="),
        (
            'rate({a="b"} | unwrap 5 [5m])',
            "unexpected 5, expected a label name, bytes(…) or duration(…)",
            "5",
        ),
        ('rate({a="b"} | unwrap bytes(5) [5m])', "unexpected 5, expected a label name, bytes(…) or duration(…)", "5"),
        ('rate({a="b"} | unwrap bytes(c [5m])', "unexpected [5m], expected ')'", "[5m]"),
    ],
)
def test_what_loki_refuses_of_windows(text: str, message: str, spot: str) -> None:
    assert refused(text) == (message, spot)


def test_a_label_is_replaced_by_five_arguments() -> None:
    text = f'label_replace({RATE}, "to", "$1", "from", "(.*)")'
    found = only(text, LabelReplace)
    assert (found.target, found.replacement, found.source, found.regex.value) == ("to", "$1", "from", "(.*)")
    assert text[found.start : found.end] == text
    assert refused(text.replace(', "(.*)"', ""))[0] == "unexpected ), expected ','"
    assert refused(text.replace("(.*)", "("))[1] == '"("'


def test_names_of_functions_are_labels_where_nothing_is_called() -> None:
    query = parse('sum by (rate, bytes) (rate({count="b"} | sum="c" [5m]))')
    assert only(query.text, Grouping).labels == ("rate", "bytes")
    assert [each.name for each in query.nodes() if isinstance(each, Matcher)] == ["count", "sum"]


def test_variants_are_beyond_what_is_read() -> None:
    with pytest.raises(NotUnderstoodError) as unsure:
        parse(' variants(rate({a="b"}[5m])) of ({a="b"}[5m])')
    assert (unsure.value.start, unsure.value.length) == (1, len("variants"))
