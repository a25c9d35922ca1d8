"""What a query of a board asks now that it did not before, with Grafana's variables as its author wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from obsgen.diff.queries.expressions import Difference, Part, differences
from obsgen.promql import Node, PromqlError
from obsgen.promql.grafana import VARIABLE, parse_templated

ANOTHER = "asks another query"
_MOST = 2
"""Differences that are told one by one; a query with more of them is another one."""
_LISTED = 2
_MARK, _OPEN, _SHUT = "\ue000", "\ue001", "\ue002"
"""What stands in strings for `$`, `[[` and `]]`, so that no variable is taken for another one of the same length."""
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`""")
_RANGE = re.compile(r"\[[^\[\]]*\]")
_SPAN = re.compile(rf"(?:{VARIABLE.pattern})[a-z]*")
_STAND_IN = "1000d{}ms"
"""The time of a variable that stands for one; nobody asks for a thousand days."""


@lru_cache(maxsize=4096)
def told(old: str, new: str) -> tuple[str, ...]:
    """What differs, in sentences that follow a panel's name; none if both ask the same."""
    spans = _spans(old, new)
    before, after = (_root(each, spans) for each in (old, new))
    if before is None or after is None:
        return () if old.split() == new.split() else (ANOTHER,)
    found = differences(before, after)
    if not found:
        return _other_variables(old, new)
    sentences = tuple(dict.fromkeys(_original(_sentence(each), spans) for each in found))
    if len(sentences) > _MOST or any(_is_shape(each) for each in found) or _has_stand_in(sentences):
        return (_by_series(before, after),)
    return sentences


@lru_cache(maxsize=4096)
def series(text: str) -> tuple[str, ...]:
    """The series that a query asks for; none if it is no PromQL."""
    root = _root(text, _spans(text))
    return tuple(dict.fromkeys(_series(root))) if root else ()


def one_line(text: str) -> str:
    """A query as a line."""
    return " ".join(text.split())


def listed(names: Iterable[str]) -> str:
    """`a, b and 3 more`."""
    names = list(names)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}"


def _root(text: str, spans: dict[str, str]) -> Node | None:
    try:
        return parse_templated(_marked(text, spans)).root
    except PromqlError:
        return None


def _spans(*texts: str) -> dict[str, str]:
    """A time for each variable that stands in the brackets of a range."""
    found = {span for text in texts for each in _RANGE.findall(_hidden(text)) for span in _SPAN.findall(each)}
    return {span: _STAND_IN.format(index) for index, span in enumerate(sorted(found), 1)}


def _marked(text: str, spans: dict[str, str]) -> str:
    """The text with its variables in strings and ranges replaced by what is each one's alone."""
    return _RANGE.sub(lambda found: _SPAN.sub(lambda span: spans[span.group()], found.group()), _hidden(text))


def _hidden(text: str) -> str:
    return _STRING.sub(lambda found: VARIABLE.sub(lambda variable: _hide(variable.group()), found.group()), text)


def _hide(variable: str) -> str:
    return variable.replace("$", _MARK).replace("[[", _OPEN).replace("]]", _SHUT)


def _original(text: str, spans: dict[str, str]) -> str:
    for name, time in spans.items():
        text = text.replace(time, name)
    return text.replace(_MARK, "$").replace(_OPEN, "[[").replace(_SHUT, "]]")


def _sentence(found: Difference) -> str:
    match found.part:
        case Part.SERIES:
            return f"asks {found.new} instead of {found.old}"
        case Part.MATCHER if found.old and found.new:
            return f"asks {found.new} instead of {found.old}"
        case Part.MATCHER:
            return f"only {found.new}" if found.new else f"no longer only {found.old}"
        case Part.WINDOW:
            return f"window {found.old or 'now'} → {found.new or 'now'}"
        case Part.QUANTILE:
            return f"quantile {found.old} → {found.new}"
        case Part.GROUPING:
            return f"{found.old or 'by nothing'} → {found.new or 'by nothing'}"
        case _:
            return f"{found.old} → {found.new} in the query"


def _is_shape(found: Difference) -> bool:
    return found.part in (Part.SHAPE, Part.OPERATION, Part.GUARD, Part.BRANCH)


def _has_stand_in(sentences: Iterable[str]) -> bool:
    """Whether a sentence shows what stood for a variable outside of strings and ranges."""
    return any(re.search(r"\bx{2,}\b", each) for each in sentences)


def _other_variables(old: str, new: str) -> tuple[str, ...]:
    before, after = (sorted(set(VARIABLE.findall(each))) for each in (old, new))
    gone, come = ([each for each in one if each not in other] for one, other in ((before, after), (after, before)))
    return (f"asks by {listed(come) or 'nothing'} instead of {listed(gone) or 'nothing'}",) if gone or come else ()


def _by_series(old: Node, new: Node) -> str:
    before, after = (list(dict.fromkeys(_series(each))) for each in (old, new))
    gone, come = ([each for each in one if each not in other] for one, other in ((before, after), (after, before)))
    if gone and come:
        return f"asks {listed(come)} instead of {listed(gone)}"
    if come:
        return f"also asks {listed(come)}"
    return f"no longer asks {listed(gone)}" if gone else ANOTHER


def _series(root: Node) -> list[str]:
    return [each.name for each in root.walk() if each.kind == "selector" and each.name]
