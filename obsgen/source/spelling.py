"""How a string is spelt in its file: which character of the text stands for which character of the value.

Folding and indentation change white space only, so everything else is counted off on both sides.
"""

from __future__ import annotations

import re

# A character of a quoted string, however it is written; pairs of surrogates make one character.
_DOUBLE = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD]\w{3}|\\u\w{4}|\\U\w{8}|\\x\w\w|\\.|[^\\]", re.S)
_SINGLE = re.compile(r"''|[^']", re.S)
_ANY = re.compile(r".", re.S)
_WHITE_ESCAPES = frozenset(
    (r"\n", r"\t", r"\r", r"\ ", "\\\n", r"\v", r"\f", r"\u0020", r"\u0009", r"\u000a", r"\u000d")
)


def written_at(text: str, start: int, value: str, offset: int) -> int:
    """Where in `text` character `offset` of `value` is written; the scalar of `value` begins at `start`."""
    begin, pattern = _spelling(text, start)
    wanted = sum(not character.isspace() for character in value[:offset])
    return _counted(text, begin, pattern, wanted, value[offset : offset + 1].isspace())


def written_end(text: str, start: int, value: str, offset: int) -> int:
    """Where in `text` visible character `offset` of `value` ends."""
    at = written_at(text, start, value, offset)
    match = _spelling(text, start)[1].match(text, at)
    return match.end() if match else at


def _spelling(text: str, start: int) -> tuple[int, re.Pattern[str]]:
    """Where the characters of the scalar at `start` begin, and what each of them looks like."""
    first = text[start : start + 1]
    if first in ("|", ">"):
        end = text.find("\n", start)
        return (end + 1 if end >= 0 else len(text)), _ANY
    if first in ('"', "'"):
        return start + 1, _DOUBLE if first == '"' else _SINGLE
    return start, _ANY


def _counted(text: str, begin: int, pattern: re.Pattern[str], wanted: int, on_space: bool) -> int:
    """The place behind `wanted` visible characters: that of the next one, or of the white space before it."""
    at = begin
    if wanted == 0 and on_space:
        return begin
    for match in pattern.finditer(text, begin):
        visible = not (match.group().isspace() or match.group() in _WHITE_ESCAPES)
        if visible and wanted == 0:
            return match.start()
        wanted -= visible
        at = match.end()
        if wanted == 0 and visible and on_space:
            return at
    return at
