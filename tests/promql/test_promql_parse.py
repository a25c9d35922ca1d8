"""PromQL to a tree with places, or to a reason with a place."""

from __future__ import annotations

import pytest
from hang import ends
from hypothesis import given
from hypothesis import strategies as st

from obsgen.promql import PromqlError, parse
from obsgen.promql.grafana import parse_templated, variable_parts


def shown(text: str) -> list[tuple[str, str]]:
    """The heads of an expression's nodes: kind, and the text at their place."""
    nodes = parse(text).root.walk()
    return [(n.kind, text[n.start : n.start + n.length]) for n in nodes if n.kind not in ("paren", "range", "unary")]


def test_nodes_know_where_they_stand() -> None:
    text = 'sum by (le) (rate(x_bucket{job="a"}[5m])) / on (le) group_left count(y) > bool -2'
    assert shown(text) == [
        ("binary", ">"),
        ("binary", "/"),
        ("aggregate", "sum"),
        ("call", "rate"),
        ("selector", 'x_bucket{job="a"}'),
        ("aggregate", "count"),
        ("selector", "y"),
        ("number", "2"),
    ]


def test_places_are_right_behind_offsets_subqueries_and_capitals() -> None:
    text = "SUM(a offset 5m) BY (x) - max_over_time(b[1h:5m] @ end()) unless {job='c'} or -count"
    assert shown(text) == [
        ("binary", "or"),
        ("binary", "unless"),
        ("binary", "-"),
        ("aggregate", "SUM"),
        ("selector", "a"),
        ("call", "max_over_time"),
        ("subquery", text),
        ("selector", "b"),
        ("selector", "{job='c'}"),
        ("selector", "count"),
    ]


def test_metric_names_may_be_matchers() -> None:
    names = [node.name for node in parse('{__name__="a"} + {"b c"} + {x="y"}').selectors()]
    assert names == ["a", "b c", ""]


@pytest.mark.parametrize(
    ("text", "spot", "message"),
    [
        ("", "", "empty"),
        ("  ", " ", "empty"),
        ("sum(rate(x[5m]) / y", "(", "'(' is never closed"),
        ("sum(x))", ")", "')' closes nothing"),
        ("x > 5 && y", "&", "unexpected character '&'"),
        ('x{a="b', '"', "unterminated string"),
        ("foo bar", "bar", "unexpected 'bar'"),
        ("sum(x) by", "by", "ends too early"),
        ("x > 5 for 5m", "for", "unexpected 'for'"),
        ("a + rate(b) + rate(c[5m])", "rate", "expected type matrix in call to function 'rate'"),
        ("humm(x)", "humm", "unknown function with name 'humm'"),
        ("x{a=b}", "b", "unexpected identifier 'b'"),
        ('x{a=~"("}', "(", "illegal regex"),
        ("1 > 2", "1 > 2", "BOOL"),
        ("-" * 300 + "x", "-" * 300 + "x", "more than 250"),
    ],
)
def test_refusals_say_what_and_where(text: str, spot: str, message: str) -> None:
    with pytest.raises(PromqlError) as caught:
        parse(text)
    problem = caught.value.problem
    assert message in problem.message
    assert text[problem.start : problem.start + problem.length] == spot


def test_a_type_error_points_at_the_call_that_has_it() -> None:
    with pytest.raises(PromqlError) as caught:
        parse("rate(a[5m]) + rate(b)")
    assert caught.value.problem.start == 14


def test_newer_and_experimental_syntax_is_read_and_named() -> None:
    query = parse("rate(x[5m + step()]) > y offset (2 * 5m)")
    assert query.newer == ("duration arithmetic",)
    assert [query.text[n.start : n.start + n.length] for n in query.selectors()] == ["x", "y"]
    assert [n.name for n in parse("limitk(3, x) + fill(0) info(y)").experimental()] == ["+", "limitk", "info"]
    assert parse("rate(x[5m])").experimental() == []


@pytest.mark.parametrize(
    ("text", "newer"),
    [
        ("x offset (2 * 5m)", "duration arithmetic"),
        ("x offset - -5m", "duration arithmetic"),
        ("max_over_time(x[-step():5m])", "duration arithmetic"),
        ("x[min_of(step(), 5m)] offset 1m", "duration arithmetic"),
        ("h >/ 2", "histogram trimming"),
        ("max_over_time(h[5m:]) </ 2 offset -1m", None),
        ("h[5m:] offset -1m </ 2", None),
        ("max_over_time(h[5m:] offset -1m) </ 2", "histogram trimming"),
        ("x offset (y)", None),
        ("x offset (2 > bool 1)", None),
        ("x offset (Inf)", None),
        ("x[y + 1]", None),
        ("x[1 +]", None),
        ("x offset (1m", None),
        ("x offset -", None),
    ],
)
def test_only_what_is_newer_is_called_so_and_the_rest_refused(text: str, newer: str | None) -> None:
    try:
        assert parse(text).newer == (newer,)
    except PromqlError:
        assert newer is None


def test_hostile_expressions_end() -> None:
    for text in ("(" * 100_000, "x{" + 'a="b",' * 50_000, "-" * 50_000 + "x", '"' * 99_999, "[" * 50_000, "x{" * 9_999):
        with ends(), pytest.raises(PromqlError) as caught:
            parse(text)
        assert caught.value.problem.message


@given(st.text(alphabet='xy5m(){}[]"+->=,~: by\\\n#$', max_size=40))
def test_any_text_is_parsed_or_refused_with_a_place(text: str) -> None:
    for read in (parse, parse_templated):
        try:
            spots = [(node.start, node.length) for node in read(text).root.walk()]
        except PromqlError as refusal:
            spots = [(refusal.problem.start, 0)]
        assert all(0 <= start <= start + length <= len(text) for start, length in spots)


@pytest.mark.parametrize(
    "text",
    [
        "rate(x[$__rate_interval])",
        "sum by ($by) (rate(${metric}_total{a=~\"${x:regex}\", b='[[v]]'}[${w}s]))",
        "histogram_quantile($q, sum by (le) (rate(x_bucket[$__range:$__interval])))",
        "topk($n, x offset $o)",
        "x / $__range_s > $threshold",
    ],
)
def test_grafana_variables_keep_every_offset(text: str) -> None:
    query = parse_templated(text)
    assert len(query.text) == len(text)
    for node in query.selectors():
        assert "[" not in text[node.start : node.start + node.length].split("{", maxsplit=1)[0]


def test_variables_do_not_hide_what_is_wrong() -> None:
    with pytest.raises(PromqlError) as caught:
        parse_templated("sum(rate(x[$__rate_interval]) > $limit")
    assert caught.value.problem.start == 3


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("label_values(instance)", []),
        ("label_names()", []),
        ("metrics(node_.*)", []),
        ('label_values(up{job="$job"}, instance)', [('up{job="$job"}', 13)]),
        (" query_result(max(x) > 1) ", [("max(x) > 1", 14)]),
        ("up", [("up", 0)]),
        ("", []),
    ],
)
def test_the_promql_in_query_variables(query: str, parts: list[tuple[str, int]]) -> None:
    assert variable_parts(query) == parts
