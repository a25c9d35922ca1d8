"""The log part of LogQL: selectors and the stages that lines go through."""

from __future__ import annotations

from obsgen.logql.cursor import Cursor
from obsgen.logql.errors import LogqlError
from obsgen.logql.filters import label_filter, matcher
from obsgen.logql.regexes import regex
from obsgen.logql.stages import check_format, check_pattern, check_regexp_parser, check_text, extractions
from obsgen.logql.tree import (
    Assignment,
    FormatStage,
    LabelFilter,
    LabelStage,
    LineFilter,
    LogQuery,
    Matcher,
    ParserStage,
    Selector,
    Stage,
    Text,
    Unwrap,
)

_LINE_FILTERS = ("|=", "|~", "|>", "!=", "!~", "!>")
_NEEDS_VALUE = 'give one label a value that is not empty, such as app="x" or app=~".+"'


def log_query(cursor: Cursor) -> LogQuery:
    """A selector and its stages; `unwrap` is left to ranges."""
    start = cursor.token.start
    found = selector(cursor)
    stages = stages_of(cursor)
    return LogQuery(selector=found, stages=stages, start=start, end=cursor.end)


def selector(cursor: Cursor) -> Selector:
    """`{…}` with a matcher that narrows it, without which Loki would read everything and so refuses."""
    start = cursor.expect("{").start
    found: list[Matcher] = []
    while found or not cursor.token.is_("}"):
        found.append(matcher(cursor))
        if not cursor.accept(","):
            break
    if not cursor.accept("}"):
        cursor.fail("',' or '}'")
    node = Selector(matchers=tuple(found), start=start, end=cursor.end)
    _check_narrow(cursor, node)
    return node


def _check_narrow(cursor: Cursor, node: Selector) -> None:
    narrow = [_needs_value(one) for one in node.matchers]
    if True in narrow:
        return
    if None in narrow:
        cursor.doubt("whether the selector matches streams without any of its labels", node.start, node.end)
        return
    raise LogqlError("every stream matches this selector", node.start, node.end - node.start, _NEEDS_VALUE)


def _needs_value(one: Matcher) -> bool | None:
    """Whether a stream without the label does not match; None if only Loki knows."""
    if one.operator in ("=", "!="):
        return (one.value != "") == (one.operator == "=")
    found = regex(one.value)
    return found.matches_nothing() == (one.operator == "!~") if found.known else None


def stages_of(cursor: Cursor) -> tuple[Stage, ...]:
    """Stages up to what is none; `| unwrap` is none."""
    found: list[Stage] = []
    while True:
        if cursor.token.is_(*_LINE_FILTERS):
            found.append(_line_filter(cursor))
        elif cursor.token.is_("|") and not cursor.behind.is_("unwrap"):
            cursor.take()
            found.append(_stage(cursor))
        else:
            return tuple(found)


def unwrap(cursor: Cursor) -> Unwrap | None:
    """`| unwrap label` and the label filters behind it, if that stands here."""
    if not (cursor.token.is_("|") and cursor.behind.is_("unwrap")):
        return None
    start = cursor.take().start
    cursor.take()
    conversion = ""
    if cursor.token.kind == "function" and cursor.token.text in ("bytes", "duration", "duration_seconds"):
        conversion = cursor.take().text
        cursor.expect("(")
    label = cursor.name("a label name, bytes(…) or duration(…)").text
    if conversion:
        cursor.expect(")")
    filters: list[LabelFilter] = []
    while cursor.accept("|"):
        filters.append(label_filter(cursor))
    return Unwrap(label=label, conversion=conversion, filters=tuple(filters), start=start, end=cursor.end)


def _line_filter(cursor: Cursor) -> LineFilter:
    sign = cursor.take()
    texts = [_line_text(cursor, sign.text)]
    while cursor.accept("or"):
        texts.append(_line_text(cursor, sign.text))
    return LineFilter(operator=sign.text, texts=tuple(texts), start=sign.start, end=cursor.end)


def _line_text(cursor: Cursor, operator: str) -> Text:
    start = cursor.token.start
    if not (cursor.token.kind == "function" and cursor.token.text == "ip"):
        text = cursor.string()
        check_text(cursor, operator, text)
        return text
    cursor.take()
    cursor.expect("(")
    text = cursor.string()
    cursor.expect(")")
    cursor.doubt("an IP filter", start, cursor.end)
    return Text(value=text.value, function="ip", start=start, end=cursor.end)


def _stage(cursor: Cursor) -> Stage:
    token = cursor.token
    if token.kind != "word":
        return label_filter(cursor, "a stage")
    if token.text in ("json", "logfmt", "unpack", "regexp", "pattern"):
        return _parser(cursor)
    if token.text in ("line_format", "label_format", "decolorize"):
        return _format(cursor)
    if token.text in ("drop", "keep"):
        return _labels(cursor)
    cursor.fail("a stage")
    raise AssertionError


def _parser(cursor: Cursor) -> ParserStage:
    name = cursor.take()
    argument: Text | None = None
    flags: list[str] = []
    labels: tuple[Assignment, ...] = ()
    if name.text in ("regexp", "pattern"):
        argument = cursor.string()
        (check_regexp_parser if name.text == "regexp" else check_pattern)(cursor, argument)
    while name.text == "logfmt" and cursor.token.kind == "flag":
        flags.append(cursor.take().text)
    if name.text in ("json", "logfmt"):
        labels = extractions(cursor, name.text)
    return ParserStage(
        name=name.text, argument=argument, flags=tuple(flags), labels=labels, start=name.start, end=cursor.end
    )


def _format(cursor: Cursor) -> FormatStage:
    name = cursor.take()
    template: Text | None = None
    labels: tuple[Assignment, ...] = ()
    if name.text == "line_format":
        template = cursor.string()
    elif name.text == "label_format":
        labels = _assignments(cursor)
    found = FormatStage(name=name.text, template=template, labels=labels, start=name.start, end=cursor.end)
    check_format(cursor, found)
    return found


def _assignments(cursor: Cursor) -> tuple[Assignment, ...]:
    found: list[Assignment] = []
    while not found or cursor.accept(","):
        name = cursor.name()
        cursor.expect("=")
        is_name = cursor.token.kind in ("name", "odd")
        value = cursor.name().text if is_name else cursor.string("a label name or a template").value
        found.append(Assignment(name=name.text, value=value, is_name=is_name, start=name.start, end=cursor.end))
    return tuple(found)


def _labels(cursor: Cursor) -> LabelStage:
    name = cursor.take()
    found: list[Matcher | Text] = []
    while not found or cursor.accept(","):
        if cursor.behind.is_("=", "!=", "=~", "!~"):
            found.append(matcher(cursor))
        else:
            one = cursor.name()
            found.append(Text(value=one.text, start=one.start, end=one.end))
    return LabelStage(name=name.text, labels=tuple(found), start=name.start, end=cursor.end)
