"""Queries of panels: Grafana's variables stand for plain values, at the same places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.logql import LogqlError, NotUnderstoodError, parse
from obsgen.logql.grafana import parse_templated


@pytest.mark.parametrize(
    "text",
    [
        '{namespace=~"$namespace"}',
        '{namespace=~"${namespace:regex}"}',
        '{namespace="[[namespace]]"}',
        '{namespace="a"} |= `$wanted`',
        'rate({a="b"}[$__interval])',
        'rate({a="b"}[$__auto])',
        'rate({a="b"}[${window}])',
        'sum by ($by) (rate({a="b"}[5m]))',
        'rate({a="b"}[5m]) > $limit',
        'topk($count, rate({a="b"}[5m]))',
        '{$label="b"}',
        'topk($count, sum by ($by) (rate({$label="$value"}[$__interval]))) > $limit',
    ],
)
def test_a_variable_stands_where_a_value_may(text: str) -> None:
    found = parse_templated(text)
    assert found.is_plain
    assert len(found.query.text) == len(text)
    assert "$" not in found.query.text


def test_places_are_those_of_the_text_as_it_is_written() -> None:
    text = 'sum(rate({namespace=~"$namespace"} |= "x" [$__interval])) > 5'
    (selector,) = parse_templated(text).query.selectors()
    (window,) = parse_templated(text).query.ranges()
    assert text[selector.start : selector.end] == '{namespace=~"$namespace"}'
    assert text[window.start : window.end] == '{namespace=~"$namespace"} |= "x" [$__interval]'


def test_without_variables_nothing_is_changed() -> None:
    text = '{a="b"} | json'
    assert parse_templated(text).query is parse(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('{a="b"} | line_format "{{.c}} $x"', False),
        ('{a="$x"} | line_format "{{.c}}"', True),
        ('{a="$x"} | line_format `{{ $y }}`', False),
    ],
)
def test_a_dollar_in_a_template_may_be_gos_or_grafanas(text: str, plain: bool) -> None:
    assert parse_templated(text).is_plain == plain


@pytest.mark.parametrize(
    ("text", "spot"),
    [('{a="b"} $stage', "$stage"), ('{a="b"} | json | $filter', "$filter")],
)
def test_where_a_variable_may_be_a_piece_of_the_query_its_value_decides(text: str, spot: str) -> None:
    with pytest.raises(NotUnderstoodError, match=r"the value of .* decides") as unsure:
        parse_templated(text)
    assert text[unsure.value.start :][: unsure.value.length] == spot


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('rate({a="$b"})', "unexpected ), expected a range such as [5m]"),
        ('{a="$b"', "the expression ends where ',' or '}' is expected"),
        ('{a="$b", c=~"("}', "not a regular expression for Loki: missing ), unterminated subpattern"),
    ],
)
def test_a_mistake_beside_values_in_quotes_is_one_whatever_they_are(text: str, message: str) -> None:
    with pytest.raises(LogqlError) as refused:
        parse_templated(text)
    assert not isinstance(refused.value, NotUnderstoodError)
    assert refused.value.message == message


@given(st.from_regex(r"\$[a-z]{1,8}|\$\{[a-z]{1,8}\}|\[\[[a-z]{1,8}\]\]", fullmatch=True))
def test_any_name_of_a_variable_is_replaced_by_one_value(variable: str) -> None:
    text = f'count_over_time({{a="{variable}", b=~"x-{variable}"}}[5m])'
    (selector,) = parse_templated(text).query.selectors()
    first, second = (each.value for each in selector.matchers)
    assert len(first) == len(variable)
    assert second == f"x-{first}"
    assert first.isalnum() or "_" in first
