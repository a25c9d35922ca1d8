"""Replacing a piece of a string in the file's own spelling, so that comments and form stay and nothing else changes.

A string may be a document itself, such as a dashboard in a ConfigMap: the piece is then spelt for each document that
it stands in, from the innermost one outwards.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from obsgen.findings import Fix, InputError
from obsgen.source.document import Document, line_starts
from obsgen.source.events import Route
from obsgen.source.load import load_text
from obsgen.source.scalars import resolve_plain
from obsgen.source.spelling import written_at, written_end

Leaves = dict[Route, Any]
"""The scalars of all documents of a file by their routes; those of documents inside strings stand below these."""

_TEXTS = (".yaml", ".yml", ".rules", ".json")


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `end` of a file's text become `text`: at `leaf`, whose value so far is `before`."""

    start: int
    end: int
    text: str
    leaf: Route
    before: Any
    offset: int
    fix: Fix

    @property
    def after(self) -> str:
        """The whole value, once this edit alone has been made."""
        return f"{str(self.before)[: self.offset]}{self.fix.new}{str(self.before)[self.offset + len(self.fix.old) :]}"


def edit_for(text: str, file: str, fix: Fix, *, quoted: bool = False) -> Edit | None:
    """The edit that makes a fix; None where its old text is not there. `quoted` puts a plain scalar in quotes."""
    starts = line_starts(text, file)
    if fix.place.line > len(starts) or fix.old.strip() != fix.old or not fix.old:
        return None
    try:
        return _edit(text, file, starts[fix.place.line - 1] + fix.place.column - 1, fix, quoted)
    except InputError:
        return None


def edited(text: str, file: str, edits: Sequence[Edit]) -> str | None:
    """The text after edits that do not overlap; None if anything else of what it means would change with it."""
    news = text
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        news = news[: edit.start] + edit.text + news[edit.end :]
    try:
        before, after = _leaves(text, file), _leaves(news, file)
    except InputError:
        return None
    wanted = {_key(edit.before, value) for edit, value in _values(edits)}
    changed = (_key(before[route], after.get(route)) for route in before if not _same(before[route], after.get(route)))
    return news if list(before) == list(after) and wanted.issuperset(changed) else None


def _values(edits: Iterable[Edit]) -> Iterator[tuple[Edit, Any]]:
    """For each leaf one of its edits, and its value after all of them."""
    by_leaf: dict[Route, list[Edit]] = {}
    for edit in edits:
        by_leaf.setdefault(edit.leaf, []).append(edit)
    for several in by_leaf.values():
        value = str(several[0].before)
        for edit in sorted(several, key=lambda one: one.offset, reverse=True):
            value = f"{value[: edit.offset]}{edit.fix.new}{value[edit.offset + len(edit.fix.old) :]}"
        yield several[0], value if isinstance(several[0].before, str) else resolve_plain(value)


def _key(before: Any, after: Any) -> tuple[str, str]:
    return repr(before), repr(after)


def _same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)


def _edit(text: str, name: str, target: int, fix: Fix, quoted: bool) -> Edit | None:
    """The edit of what stands at character `target`, in this text or in a document inside one of its strings."""
    found = _scalar_at(text, name, target)
    if found is None:
        return None
    document, route, start = found
    value = document.at(route)
    if not isinstance(value, str):
        return _raw_edit(text, start, target, (document.index, *route), value, fix)
    offset = bisect_left(range(len(value)), target, key=lambda each: written_at(text, start, value, each))
    if written_at(text, start, value, offset) != target:
        return None
    inner = _name_inside(route, value)
    edit = _edit(value, inner, offset, fix, quoted) if inner else _plain_edit(value, offset, fix)
    return edit and _spelt(edit, text, (document, route, start), quoted=quoted and not inner)


def _plain_edit(value: str, offset: int, fix: Fix) -> Edit | None:
    """The edit within the value itself."""
    end = offset + len(fix.old)
    return Edit(offset, end, fix.new, (), value, offset, fix) if value[offset:end] == fix.old else None


def _raw_edit(text: str, start: int, target: int, leaf: Route, value: Any, fix: Fix) -> Edit | None:
    """The edit of a number or a word such as true, which is replaced as a whole."""
    end = start + len(fix.old)
    whole = target == start and text[start:end] == fix.old and not re.match(r"[\w.+-]", text[end : end + 1])
    return Edit(start, end, fix.new, leaf, value, 0, fix) if whole and str(value).lower() == fix.old.lower() else None


def _spelt(edit: Edit, text: str, scalar: tuple[Document, Route, int], *, quoted: bool) -> Edit | None:
    """An edit of a string's value as one of the text in which that string is written."""
    document, route, start = scalar
    value = document.at(route)
    leaf = (document.index, *route, *edit.leaf)
    if quoted:
        return _requoted(edit, document, route, start, leaf)
    at = written_at(text, start, value, edit.start)
    end = written_end(text, start, value, edit.end - 1)
    line_break = ("\r\n" if "\r\n" in text else "\n") + _indent(text, at, value, edit.start)
    news = _spelling_of(edit.text, text[start], line_break)
    return None if news is None else Edit(at, end, news, leaf, edit.before, edit.offset, edit.fix)


def _requoted(edit: Edit, document: Document, route: Route, start: int, leaf: Route) -> Edit | None:
    """The edit that writes a plain scalar of one line anew, in quotes."""
    length = document.place(route).length
    if document.text[start] in "\"'|>" or document.text[start : start + length] != document.at(route):
        return None
    news = "'{}'".format(edit.after.replace("'", "''"))
    return None if "\n" in news else Edit(start, start + length, news, leaf, edit.before, edit.offset, edit.fix)


def _spelling_of(news: str, style: str, line_break: str) -> str | None:
    """How a piece of text is spelt inside a scalar that begins with `style`; None if it cannot be."""
    if style == '"':
        return json.dumps(news, ensure_ascii=False)[1:-1]
    if style == "|":
        return news.replace("\n", line_break)
    return None if "\n" in news else news.replace("'", "''") if style == "'" else news


def _indent(text: str, at: int, value: str, offset: int) -> str:
    """The blanks before each line of a block scalar: what the line has in the text and not in the value."""
    line = text.rfind("\n", 0, at) + 1
    inner = offset - (value.rfind("\n", 0, offset) + 1)
    return text[line : max(at - inner, line)]


def _scalar_at(text: str, name: str, target: int) -> tuple[Document, Route, int] | None:
    """The scalar that begins last before character `target`, or there, and where it begins."""
    starts, best = line_starts(text, name), None
    for document in load_text(text, name):
        for route, (_, place) in document.places().items():
            begin = starts[place.line - 1] + place.column - 1
            if begin <= target and (best is None or begin >= best[2]):
                best = (document, route, begin)
    return best if best and not isinstance(best[0].at(best[1]), (dict, list, type(None))) else None


def _name_inside(route: Route, value: str) -> str:
    """A name for the document that a string holds, whose ending tells its language; empty if it holds none."""
    key = str(route[-1]) if route else ""
    if value.lstrip()[:1] == "{" and _is_json(value):
        return "inner.json"
    return "inner.yaml" if key.endswith(_TEXTS[:3]) and "\n" in value else ""


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def _leaves(text: str, name: str) -> Leaves:
    found: Leaves = {}
    for document in load_text(text, name):
        for route, value in _below((document.index,), document.value):
            inner = _name_inside(route[1:], value) if isinstance(value, str) else ""
            try:
                news = _leaves(value, inner) if inner else {(): value}
            except InputError:
                news = {(): value}
            found |= {(*route, *below): leaf for below, leaf in news.items()}
    return found


def _below(route: Route, value: Any) -> Iterator[tuple[Route, Any]]:
    """All scalars of a value with their routes; empty lists and mappings are scalars here."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _below((*route, key), inner)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _below((*route, index), inner)
    else:
        yield route, value
