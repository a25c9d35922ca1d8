"""The stages that lines go through: what each of them takes, and what Loki would refuse of it."""

from __future__ import annotations

import pytest

from obsgen.logql import LogqlError, NotUnderstoodError, parse
from obsgen.logql.tree import (
    Assignment,
    Comparison,
    FormatStage,
    LabelStage,
    LineFilter,
    LogQuery,
    Matcher,
    ParserStage,
    Stage,
    Text,
)

STREAMS = '{app="x"}'


def stages(text: str) -> tuple[Stage, ...]:
    """The stages behind a selector, without doubts."""
    query = parse(f"{STREAMS} {text}")
    assert not query.doubts
    assert isinstance(query.root, LogQuery)
    return query.root.stages


def stage(text: str) -> Stage:
    (only,) = stages(text)
    return only


def doubts(text: str) -> list[tuple[str, str]]:
    """What only Loki can judge in a query, and where it stands."""
    query = f"{STREAMS} {text}"
    return [(each.reason, query[each.start : each.end]) for each in parse(query).doubts]


def refused(text: str) -> tuple[str, str]:
    """What is surely wrong with stages, and where it stands."""
    query = f"{STREAMS} {text}"
    with pytest.raises(LogqlError) as caught:
        parse(query)
    assert not isinstance(caught.value, NotUnderstoodError)
    return caught.value.message, query[caught.value.start :][: caught.value.length]


@pytest.mark.parametrize("operator", ["|=", "|~", "|>", "!=", "!~", "!>"])
def test_a_line_filter_has_one_text_or_several(operator: str) -> None:
    one, several = stage(f'{operator} "a"'), stage(f'{operator} "a" or `b` or "c"')
    assert isinstance(one, LineFilter)
    assert isinstance(several, LineFilter)
    assert one.operator == several.operator == operator
    assert [each.value for each in one.texts] == ["a"]
    assert [each.value for each in several.texts] == ["a", "b", "c"]


def test_filters_need_no_sign_between_them() -> None:
    found = stages('|= "a" != "b" |~ "c"')
    assert [each.operator for each in found if isinstance(each, LineFilter)] == ["|=", "!=", "|~"]


def test_an_address_in_a_filter_is_lokis_to_judge() -> None:
    assert doubts('|= ip("10.0.0.0/8")') == [("an IP filter", 'ip("10.0.0.0/8")')]
    assert doubts('| addr = ip("10.0.0.1")') == [("an IP filter", 'ip("10.0.0.1")')]
    (found,) = (each for each in parse(f'{STREAMS} != ip("::1")').nodes() if isinstance(each, Text))
    assert (found.function, found.value) == ("ip", "::1")


def test_an_address_is_equal_or_not_and_has_no_order() -> None:
    assert [
        (each.kind, each.operator, each.value)
        for each in parse(f'{STREAMS} | a != ip("::1")').nodes()
        if isinstance(each, Comparison)
    ] == [("ip", "!=", "::1")]
    assert refused('| a > ip("::1")')[1] == "ip"


@pytest.mark.parametrize(
    ("text", "name", "argument", "flags", "labels"),
    [
        ("| json", "json", None, (), []),
        ('| json a="b.c", d', "json", None, (), [("a", "b.c"), ("d", "d")]),
        ('| json a="b[0]", c="d[\\"e f\\"].g"', "json", None, (), [("a", "b[0]"), ("c", 'd["e f"].g')]),
        ("| logfmt", "logfmt", None, (), []),
        ("| logfmt --strict --keep-empty", "logfmt", None, ("--strict", "--keep-empty"), []),
        ('| logfmt --strict a="b", c', "logfmt", None, ("--strict",), [("a", "b"), ("c", "c")]),
        ("| unpack", "unpack", None, (), []),
        ("| regexp `(?P<a>x)`", "regexp", "(?P<a>x)", (), []),
        ("| pattern `<a> - <_>`", "pattern", "<a> - <_>", (), []),
    ],
)
def test_parsers(text: str, name: str, argument: str | None, flags: tuple[str, ...], labels: list[object]) -> None:
    found = stage(text)
    assert isinstance(found, ParserStage)
    assert (found.name, found.argument.value if found.argument else None, found.flags) == (name, argument, flags)
    assert [(each.name, each.value) for each in found.labels] == labels


@pytest.mark.parametrize(
    ("text", "reason", "spot"),
    [
        ('| json a="b c"', "a path of json", '"b c"'),
        ('| json a="b..c"', "a path of json", '"b..c"'),
        ('| json a=""', "a path of json", '""'),
        ('| logfmt a="b.c"', "a path of logfmt", '"b.c"'),
        ('| logfmt a="b[0]"', "a path of logfmt", '"b[0]"'),
        ('| label_format a="{{.b}}"', "a template", 'a="{{.b}}"'),
        ("| line_format `{{.b}}`", "a template", "`{{.b}}`"),
    ],
)
def test_what_a_path_or_a_template_means_is_lokis_to_judge(text: str, reason: str, spot: str) -> None:
    assert doubts(text) == [(reason, spot)]


def test_labels_are_formatted_from_names_and_texts() -> None:
    found = stage('| label_format a=b, c="d"')
    assert isinstance(found, FormatStage)
    assert [(each.name, each.value, each.is_name) for each in found.labels] == [("a", "b", True), ("c", "d", False)]
    assert all(isinstance(each, Assignment) for each in found.labels)


@pytest.mark.parametrize(("text", "template"), [("| line_format `a b`", "a b"), ("| decolorize", None)])
def test_formats_of_lines(text: str, template: str | None) -> None:
    found = stage(text)
    assert isinstance(found, FormatStage)
    assert (found.template.value if found.template else None, found.labels) == (template, ())


@pytest.mark.parametrize("name", ["drop", "keep"])
def test_labels_are_dropped_and_kept_by_name_or_by_value(name: str) -> None:
    found = stage(f'| {name} a, b="c", d=~"e|f"')
    assert isinstance(found, LabelStage)
    assert found.name == name
    first, *others = found.labels
    assert isinstance(first, Text)
    assert first.value == "a"
    assert [(each.name, each.operator, each.value) for each in others if isinstance(each, Matcher)] == [
        ("b", "=", "c"),
        ("d", "=~", "e|f"),
    ]


@pytest.mark.parametrize(
    ("text", "message", "spot"),
    [
        ('|> "<a>"', "not a pattern for Loki: a named capture: a filter only knows <_>", '"<a>"'),
        ('!> "a <_><_>"', "not a pattern for Loki: nothing between the captures of <_><_>", '"a <_><_>"'),
        ('|= "a" or 5', "unexpected 5, expected a string", "5"),
        ('|~ "a" or "("', "not a regular expression for Loki: missing ), unterminated subpattern", '"("'),
        ('| pattern "<a><b>"', "not a pattern for Loki: nothing between the captures of <a><b>", '"<a><b>"'),
        ('| pattern "<a> <a>"', "not a pattern for Loki: <a> stands twice", '"<a> <a>"'),
        ('| pattern "<_> x"', "not a pattern for Loki: no <capture> in it", '"<_> x"'),
        ('| regexp "(a)"', "not a parser for Loki: no named group (?P<label>…) in it", '"(a)"'),
        ("| regexp", "the expression ends where a string is expected", "p"),
        ("| json a=b", "unexpected b, expected a string", "b"),
        ("| json a,", "the expression ends where a label name is expected", ","),
        ("| json --strict", "unexpected --strict, expected an operator or the end", "--strict"),
        ("| label_format", "the expression ends where a label name is expected", "t"),
        ("| label_format a", "the expression ends where '=' is expected", "a"),
        ("| label_format a=5", "unexpected 5, expected a label name or a template", "5"),
        ('| label_format __error__="a"', "the label __error__ is Loki's own", '__error__="a"'),
        ("| line_format a", "unexpected a, expected a string", "a"),
        ("| drop", "the expression ends where a label name is expected", "p"),
        ("| unless", "unexpected unless, expected a stage", "unless"),
        ("| a", "the expression ends where a comparison is expected", "a"),
        ("| a =", "the expression ends where a number, a duration, a size or a string is expected", "="),
        ("| a >", "the expression ends where a number, a duration, a size is expected", ">"),
        ('| a > "b"', 'unexpected "b", expected a number, a duration, a size', '"b"'),
        ("| a =~ 5", "unexpected 5, expected a string", "5"),
        ('| a =~ "("', "not a regular expression for Loki: missing ), unterminated subpattern", '"("'),
        ("| (a > 5", "the expression ends where ')' is expected", "5"),
        ("| unwrap a", "unexpected |, expected an operator or the end", "|"),
        ("|", "the expression ends where a stage is expected", "|"),
    ],
)
def test_stages_that_loki_refuses(text: str, message: str, spot: str) -> None:
    assert refused(text) == (message, spot)


def test_an_empty_pattern_filters_nothing() -> None:
    assert isinstance(stage('|> ""'), LineFilter)


def test_a_name_may_be_long_but_is_told_short() -> None:
    message, spot = refused(f"| {'a' * 100} {'b' * 100}")
    assert message == f"unexpected {'b' * 39}…, expected a comparison"
    assert spot == "b" * 100


@pytest.mark.parametrize(
    "text",
    ['{a=""}', '{a!="b"}', '{a=~""}', '{a=~"b*"}', '{a=~"b|"}', '{a!~"b"}', '{a!~"b+"}', '{a="", b!="c"}', "{}"],
)
def test_a_selector_of_every_stream_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(LogqlError, match="every stream matches this selector") as refused_:
        parse(text)
    assert text[refused_.value.start :][: refused_.value.length] == text
    assert 'app="x"' in refused_.value.hint


@pytest.mark.parametrize("text", ['{a="b"}', '{a="b*"}', '{a!=""}', '{a=~"b+"}', '{a!~"b*"}', '{a!="c", b="d"}'])
def test_a_selector_with_a_value_is_narrow_enough(text: str) -> None:
    assert not parse(text).doubts


def test_a_selector_ends_without_a_comma() -> None:
    with pytest.raises(LogqlError, match="unexpected }, expected a label name"):
        parse('{a="b",}')


def test_whether_an_unknown_regular_expression_narrows_is_lokis_to_judge() -> None:
    reasons = [each.reason for each in parse(r'{a=~"\\pL"}').doubts]
    assert "whether the selector matches streams without any of its labels" in reasons
    assert len(parse(r'{a=~"\\pL", b="c"}').doubts) == 1
