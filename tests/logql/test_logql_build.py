"""What is written is what Loki reads, whatever texts go in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logql_support import Asked

from obsgen.logql import build, parse
from obsgen.logql.tokens import KEYWORDS
from obsgen.logql.tree import LineFilter
from obsgen.logql.tree import Matcher as MatcherNode
from obsgen.promql.build import Matcher, aggregated, binary, number

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text('\\"`\n\r\t\0{}|=[]x', max_size=8)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(lambda one: one.lower() not in KEYWORDS)
EQUALS = st.tuples(NAMES, st.sampled_from(["=", "!="]), TEXTS)
Row = tuple[Matcher, str, str, Matcher]
ROWS = st.tuples(EQUALS, TEXTS, TEXTS, EQUALS)
FLOATS = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.tools
@given(st.lists(ROWS, min_size=10, max_size=10))
def test_loki_reads_the_texts_that_went_in(loki: Asked, rows: list[Row]) -> None:
    queries = [
        build.lines(
            build.selector([matcher, ("zzz", "=", "1")]),
            build.contains(one, two),
            build.lacks(two),
            build.parsed("json"),
            build.where(build.has(*compared)),
        )
        for matcher, one, two, compared in rows
    ]
    for (matcher, one, two, compared), query, answer in zip(rows, queries, loki(queries), strict=True):
        assert answer["ok"], (query, answer)
        assert [(each["name"], each["op"], each["value"]) for each in answer["selectors"][0]] == sorted(
            [matcher, ("zzz", "=", "1")]
        )
        found = {(each["op"], each["value"]) for each in answer["lineFilters"]}
        assert found == {("|=", one), ("|=", two), ("!=", two)}
        assert [(each["name"], each["op"], each["value"]) for each in answer["labelFilters"]] == [compared]
        assert parse(query).selectors()[0].matchers[-1].value == answer["selectors"][0][-1]["value"]


@given(st.lists(EQUALS, min_size=1, max_size=4), TEXTS)
def test_our_parser_reads_them_too(matchers: list[tuple[str, str, str]], text: str) -> None:
    query = build.lines(build.selector([*matchers, ("zzz", "=", "1")]), build.contains(text))
    nodes = parse(query).nodes()
    found = [(one.name, one.operator, one.value) for one in nodes if isinstance(one, MatcherNode)]
    assert found == sorted([*matchers, ("zzz", "=", "1")])
    assert [one.texts[0].value for one in nodes if isinstance(one, LineFilter)] == [text]


@given(FLOATS, FLOATS, st.sampled_from(["==", ">", "<="]))
def test_numbers_are_read(limit: float, other: float, operator: str) -> None:
    query = build.lines(build.selector([("a", "=", "b")]), build.where(build.has("c", operator, limit)))
    rate = build.over("rate", query, "5m")
    assert not parse(str(binary(binary(rate, "-", number(other)), ">", number(limit)))).doubts


def test_a_refusal_rate() -> None:
    streams = build.selector([("namespace", "=", "ml"), ("app", "=~", "chat|embed")])
    ended = build.where(build.has("event", "=", "completion"))
    refused = build.where(build.either(build.has("refused", "=", "true"), build.has("status", "==", 451)))
    every = build.over("rate", build.lines(streams, build.parsed("json"), ended), "5m")
    some = build.over("rate", build.lines(streams, build.parsed("json"), ended, refused), "5m")
    alert = binary(
        binary(aggregated("sum", ["model"], some), "/", aggregated("sum", ["model"], every)), ">", number(0.2)
    )
    start = '{app=~"chat|embed", namespace="ml"} | json | event="completion"'
    assert str(alert) == (
        f'sum by (model) (rate({start} | (refused="true" or status == 451) [5m]))'
        f" / sum by (model) (rate({start} [5m])) > 0.2"
    )
    assert parse(str(alert)).is_metric


def test_a_quantile_of_durations() -> None:
    stages = [build.parsed("logfmt", {"took": "t"}), build.unwrapped("took", "duration")]
    query = build.lines(build.selector([("a", "=", "b")]), *stages)
    written = build.over("quantile_over_time", query, "5m", 0.95, by=["model"])
    assert str(written) == (
        'quantile_over_time(0.95, {a="b"} | logfmt took="t" | unwrap duration(took) [5m]) by (model)'
    )
    assert not parse(str(written)).doubts


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", '"plain"'),
        ('say "x"', '`say "x"`'),
        (r"\d+", r"`\d+`"),
        ("a`b\\", '"a`b\\\\"'),
        ("two\nlines", '"two\\nlines"'),
        ("", '""'),
    ],
)
def test_texts_stay_readable(value: str, written: str) -> None:
    assert build.text(value) == written


@pytest.mark.parametrize("name", ["by", "JSON", "a.b", "", "1a", "a b", 'a="x"', "é", "a\n"])
def test_a_name_that_logql_has_not_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="LogQL cannot name a label"):
        build.selector([(name, "=", "x")])


def test_an_unknown_aggregation_is_refused() -> None:
    with pytest.raises(ValueError, match="no range aggregation 'irate'"):
        build.over("irate", '{a="b"}', "5m")
