"""LogQL to a typed tree with places, or to a reason with a place."""

from __future__ import annotations

import pytest

from obsgen.logql import LogqlError, NotUnderstoodError, parse
from obsgen.logql.cursor import MAX_JOINTS, MAX_NESTING
from obsgen.logql.tree import (
    Binary,
    Comparison,
    Grouping,
    Junction,
    LineFilter,
    LogQuery,
    Matcher,
    Node,
    RangeAggregation,
    VectorAggregation,
)

REFUSALS = (
    'sum by (model) (rate({app="chat"} | json | refused="true" [5m]))'
    ' / on (model) sum by (model) (rate({app="chat"} | json [10m] offset 1h)) > bool 0.2'
)


def test_a_refusal_rate() -> None:
    query = parse(REFUSALS)
    assert isinstance(query.root, Binary)
    assert (query.root.operator, query.root.returns_bool) == (">", True)
    division = query.root.left
    assert isinstance(division, Binary)
    assert division.matching
    assert (division.matching.on, division.matching.labels, division.matching.group) == (True, ("model",), "")
    assert isinstance(division.left, VectorAggregation)
    assert division.left.grouping
    assert (division.left.operation, division.left.grouping.labels) == ("sum", ("model",))
    assert [(one.window, one.offset) for one in query.ranges()] == [(300_000, 0), (600_000, 3_600_000)]
    assert [[one.value for one in each.matchers] for each in query.selectors()] == [["chat"], ["chat"]]
    assert [one.labels for one in query.nodes() if isinstance(one, Grouping)] == [("model",), ("model",)]
    assert query.is_metric
    assert not query.doubts


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        (REFUSALS, Matcher, ['app="chat"', 'refused="true"', 'app="chat"']),
        (REFUSALS, RangeAggregation, [REFUSALS[16:63], 'rate({app="chat"} | json [10m] offset 1h)']),
        ('{a="b"} |= "x" or "y" != `z`', LineFilter, ['|= "x" or "y"', "!= `z`"]),
        ('{a="b"} | json | (c > 5s)', Comparison, ["c > 5s"]),
        ('rate(({a="b"} | json)[5m])', LogQuery, ['{a="b"} | json']),
    ],
)  # fmt: skip
def test_places(text: str, kind: type[Node], shown: list[str]) -> None:
    assert [text[one.start : one.end] for one in parse(text).nodes() if isinstance(one, kind)] == shown


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("a=1 or b=2 and c=3", "(a or (b and c))"),
        ("a=1 and b=2 or c=3", "((a and b) or c)"),
        ("a=1 or b=2 or c=3", "((a or b) or c)"),
        ("a=1, b=2 or c=3", "(a and (b or c))"),
        ("a=1 b=2 and c=3", "(a and (b and c))"),
        ("a=1, b=2 and c=3 or d=4", "(a and ((b and c) or d))"),
        ("a=1 or b=2, c=3", "(a or (b and c))"),
        ("(a=1 or b=2) and c=3", "((a or b) and c)"),
    ],
)
def test_how_label_filters_join(text: str, shape: str) -> None:
    def shown(node: object) -> str:
        if isinstance(node, Junction):
            return f"({shown(node.left)} {node.operator} {shown(node.right)})"
        assert isinstance(node, Comparison)
        return node.name

    root = parse(f'{{app="x"}} | {text}').root
    assert isinstance(root, LogQuery)
    assert shown(root.stages[0]) == shape


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("5", "number", 5),
        ("-5", "number", -5),
        ("5e2", "number", 500),
        ("250ms", "duration", 250),
        ("1.5h", "duration", 5_400_000),
        ("-5s", "duration", -5000),
        ("1h30m", "duration", 5_400_000),
        ("2d", "duration", 172_800_000),
        ("100us", "duration", 0.1),
        ("10KB", "size", 10_000),
        ("1.5KiB", "size", 1536),
        ("3k", "size", 3000),
    ],
)
def test_amounts(written: str, kind: str, value: float) -> None:
    [one] = [node for node in parse(f'{{a="b"}} | x > {written}').nodes() if isinstance(node, Comparison)]
    assert (one.kind, one.value) == (kind, value)


@pytest.mark.parametrize(
    ("written", "value"),
    [('"a\\"b"', 'a"b'), ("`a\\b`", "a\\b"), ('"\\n\\t\\\\"', "\n\t\\"), ('"\\u00e9\\x41\\101"', "éAA"), ('""', "")],
)
def test_strings(written: str, value: str) -> None:
    [line] = [node for node in parse(f'{{a="b"}} |= {written}').nodes() if isinstance(node, LineFilter)]
    assert line.texts[0].value == value


@pytest.mark.parametrize(
    ("text", "message", "spot"),
    [
        ('{app="chat"', "the expression ends where ',' or '}' is expected", '"'),
        ("{app='chat'}", "a string in single quotes", "'"),
        ('rate({app="chat"})', "unexpected ), expected a range such as [5m]", ")"),
        ('rate({app="chat"}[5 min])', "'5 min' is no range", "[5 min]"),
        ('{app=~".*"}', "every stream matches this selector", '{app=~".*"}'),
        ('{a="b"} |~ "("', "not a regular expression for Loki: missing ), unterminated subpattern", '"("'),
        ('{a="b"} |~ "(?=x)"', "not a regular expression for Loki: Go's engine has no look-around", '"(?=x)"'),
        ('{a="b"} | pattern "x"', "not a pattern for Loki: no <capture> in it", '"x"'),
        ('{a="b"} | regexp "x"', "not a parser for Loki: no named group (?P<label>…) in it", '"x"'),
        ('{a="b"} | label_format c=d, c=e', "the label c is written twice", "c=e"),
        ('sum({a="b"})', "lines where numbers are expected", '{a="b"}'),
        ('rate({a="b"}[5m]) by (c)', "rate cannot group; put sum by (…) around it", "rate"),
        ('sum_over_time({a="b"}[5m])', "sum_over_time needs `| unwrap label` behind the stages", "sum_over_time"),
        ('avg_over_time(1, {a="b"} | unwrap c [5m])', "avg_over_time takes no number", "avg_over_time"),
        ('topk(rate({a="b"}[5m]))', "topk needs a number first, such as 5", "topk"),
        ('rate({a="b"}[5m]) or 0', "a number beside 'or', which joins vectors", "0"),
        ('{a="b\\d"}', "not an escape", "\\d"),
        ('up > 0', "unexpected up, expected a selector, a function or a number", "up"),
        ("", "the expression is empty", ""),
    ],
)  # fmt: skip
def test_reasons(text: str, message: str, spot: str) -> None:
    with pytest.raises(LogqlError) as caught:
        parse(text)
    problem = caught.value
    assert not isinstance(problem, NotUnderstoodError)
    assert problem.message == message
    assert text[problem.start : problem.start + problem.length] == spot


def test_a_doubt_says_what_and_where() -> None:
    text = '{a="b"} | line_format "{{.c}}" |~ "\\\\pL"'
    found = [(one.reason, text[one.start : one.end]) for one in parse(text).doubts]
    assert found == [
        ("a template", '"{{.c}}"'),
        ("a regular expression that only Loki can judge", '"\\\\pL"'),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "(" * MAX_NESTING + "1" + ")" * MAX_NESTING,
        "+".join(["1"] * (MAX_JOINTS + 2)),
        '{a="b"} | ' + " ".join(["c=1"] * (MAX_JOINTS + 2)),
        '{a="b"} | ' + "(" * (MAX_NESTING + 1) + "c=1" + ")" * (MAX_NESTING + 1),
    ],
)
def test_what_is_too_deep_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        parse(text)


def test_the_largest_tree_is_walked() -> None:
    text = "(" * (MAX_NESTING - 2) + "+".join(["vector(1)"] * MAX_JOINTS) + ")" * (MAX_NESTING - 2)
    assert len(parse(text).nodes()) == 2 * MAX_JOINTS - 1


def test_what_loki_calls_too_long_is_refused() -> None:
    with pytest.raises(LogqlError, match="longer than the 131071 bytes"):
        parse('{a="' + "é" * 65_600 + '"}')
