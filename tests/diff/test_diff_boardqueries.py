"""What a query asks that it did not before; variables of Grafana are told by their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.diff.boards.queries import ANOTHER, listed, series, told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sum by (a) (x)", "sum  by(a) ((x))"),
        ('x{a="1", b="2"}', 'x{b="2",a="1"}'),
        ('rate(x{job=~"$job"}[$__rate_interval])', ' rate( x{job=~"$job"}[$__rate_interval] )'),
        ("topk($n, x)", "topk( $n , x )"),
        ('{app="a"} |= "b"', '{app="a"}  |=  "b"'),
        ("rate(x[", "rate(x["),
    ],
)
def test_what_is_only_written_otherwise_is_the_same(old: str, new: str) -> None:
    assert told(old, new) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("x", "y", "asks y instead of x"),
        ("x", 'x{a="1"}', 'only a="1"'),
        ('x{a="1"}', "x", 'no longer only a="1"'),
        ('x{a="1"}', 'x{a="2"}', 'asks a="2" instead of a="1"'),
        ('x{job=~"$job"}', 'x{job=~"$pod"}', 'asks job=~"$pod" instead of job=~"$job"'),
        ('x{job=~"[[job]]"}', 'x{job=~"[[pod]]"}', 'asks job=~"[[pod]]" instead of job=~"[[job]]"'),
        ('x{job=~"${job:regex}"}', "x", 'no longer only job=~"${job:regex}"'),
        ("rate(x[5m])", "rate(x[10m])", "window 5m → 10m"),
        ("rate(x[$__rate_interval])", "rate(x[5m])", "window $__rate_interval → 5m"),
        ("rate(x[$__interval])", "rate(x[$__rate_interval])", "window $__interval → $__rate_interval"),
        ("rate(x[${n}m])", "rate(x[${n}h])", "window ${n}m → ${n}h"),
        ("sum by (a) (x)", "sum by (b) (x)", "by (a) → by (b)"),
        ("x > 4", "x > 5", "4 → 5 in the query"),
        ("topk($n, x)", "topk($m, x)", "asks by $m instead of $n"),
        ("x / y", "x", "no longer asks y"),
        ("x", "x / y", "also asks y"),
        ("x", "rate(y[5m])", "asks y instead of x"),
        ("x + a + b + c", "x + d - e", "asks d, e instead of a, b and 1 more"),
        ("x", "-x", ANOTHER),
        ('{app="a"} |= "b"', '{app="a"} |= "c"', ANOTHER),
        ("rate(x[", "rate(x", ANOTHER),
    ],
)
def test_what_differs_is_told_in_one_sentence(old: str, new: str, expected: str) -> None:
    assert told(old, new) == (expected,)


def test_two_differences_are_two_sentences_and_more_are_another_query() -> None:
    assert told("sum(rate(x[5m]))", 'sum(rate(x{a="1"}[10m]))') == ("window 5m → 10m", 'only a="1"')
    three = told("sum by (a) (rate(x[5m]))", 'sum by (b) (rate(x{a="1"}[10m]))')
    assert three == (ANOTHER,)


NAMES = st.sampled_from(["$job", "$pod", "${job}", "[[pod]]", "$job_name"])
SPANS = st.sampled_from(["5m", "$__interval", "$__rate_interval", "${n}m"])


@given(NAMES, NAMES, SPANS, SPANS)
def test_a_query_is_the_same_exactly_if_all_its_variables_are(one: str, other: str, span: str, longer: str) -> None:
    old, new = (f'rate(x{{job=~"{name}"}}[{time}])' for name, time in ((one, span), (other, longer)))
    sentences = told(old, new)
    assert (not sentences) == (old == new)
    text = " ".join(sentences)
    assert all(each in text for pair in ((one, other), (span, longer)) if pair[0] != pair[1] for each in pair)
    assert "1000d" not in text


def test_the_series_of_a_query_are_each_named_once() -> None:
    assert series("rate(x[$__rate_interval]) / x + y") == ("x", "y")
    assert series('{app="a"} |= "b"') == ()


def test_many_names_are_counted() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c", "d"]) == "a, b and 2 more"
