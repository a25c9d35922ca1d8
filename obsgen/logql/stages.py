"""What Loki asks of the strings of stages: patterns, paths, templates."""

from __future__ import annotations

import re

from obsgen.logql.cursor import Cursor
from obsgen.logql.errors import LogqlError
from obsgen.logql.regexes import regex
from obsgen.logql.tree import Assignment, FormatStage, Text

_CAPTURE = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)>")
_ADJACENT = re.compile(rf"{_CAPTURE.pattern}{_CAPTURE.pattern}")
_JSON_PATH = re.compile(r'[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]{1,9}\]|\["[^"\\]+"\])*')
_LOGFMT_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ERROR_LABEL = "__error__"


def check_text(cursor: Cursor, operator: str, text: Text) -> None:
    """The string of a line filter: a regular expression, a pattern, or anything at all."""
    if operator in ("|~", "!~"):
        cursor.check_regex(text)
    elif operator in ("|>", "!>") and text.value:
        named = [name for name in _CAPTURE.findall(text.value) if name != "_"]
        fault = "a named capture: a filter only knows <_>" if named else _adjacent(text)
        _refuse(text, "pattern", fault)


def check_pattern(_: Cursor, text: Text) -> None:
    """The string of `pattern`: captures that have text between them, one of them with a name."""
    names = [name for name in _CAPTURE.findall(text.value) if name != "_"]
    twice = next((f"<{name}> stands twice" for name in names if names.count(name) > 1), "")
    _refuse(text, "pattern", _adjacent(text) or twice or ("" if names else "no <capture> in it"))


def check_regexp_parser(cursor: Cursor, text: Text) -> None:
    """The string of `regexp`: a regular expression with a named group."""
    cursor.check_regex(text)
    found = regex(text.value)
    if found.compiled is not None and not found.compiled.groupindex:
        _refuse(text, "parser", "no named group (?P<label>…) in it")


def extractions(cursor: Cursor, parser: str) -> tuple[Assignment, ...]:
    """`a="path", b` behind `json` or `logfmt`; none if no name follows."""
    found: list[Assignment] = []
    while cursor.accept(",") if found else cursor.token.kind in ("name", "odd"):
        name = cursor.name()
        text = cursor.string() if cursor.accept("=") else None
        path = _JSON_PATH if parser == "json" else _LOGFMT_KEY
        if text and not path.fullmatch(text.value):
            cursor.doubt(f"a path of {parser}", text.start, text.end)
        value = text.value if text else name.text
        found.append(Assignment(name=name.text, value=value, start=name.start, end=cursor.end))
    return tuple(found)


def check_format(cursor: Cursor, stage: FormatStage) -> None:
    """Templates are Go's and judged by Loki alone; a label is written once and is not Loki's own."""
    names = [one.name for one in stage.labels]
    for at, one in enumerate(stage.labels):
        if one.name == _ERROR_LABEL or one.name in names[:at]:
            why = "is Loki's own" if one.name == _ERROR_LABEL else "is written twice"
            raise LogqlError(f"the label {one.name} {why}", one.start, one.end - one.start)
        if not one.is_name and "{{" in one.value:
            cursor.doubt("a template", one.start, one.end)
    if stage.template and "{{" in stage.template.value:
        cursor.doubt("a template", stage.template.start, stage.template.end)


def _adjacent(text: Text) -> str:
    match = _ADJACENT.search(text.value)
    return f"nothing between the captures of {match.group()}" if match else ""


def _refuse(text: Text, what: str, fault: str) -> None:
    if fault:
        raise LogqlError(f"not a {what} for Loki: {fault}", text.start, text.end - text.start)
