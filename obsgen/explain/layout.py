"""Text in columns, and values as profiles write them, for explanations."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

WIDTH = 110
"""Characters of a line; longer words, such as names of series, may stand out."""

_WORD = r"(?:[\w./%@+=~-]|:(?=\S))+"
_PLAIN = re.compile(rf"(?![%@~:-]){_WORD}(?: {_WORD})*")
"""A text that YAML reads as itself without quotes."""


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows as lines: columns as wide as their widest cell, the last one wrapped. Rows have the same number of cells."""
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in rows), strict=True)]
    lines = []
    for row in rows:
        first = indent + "".join(f"{cell:<{width + 2}}" for cell, width in zip(row, widths, strict=False))
        lines += _wrapped(row[-1], first, " " * len(first))
    return lines


def paragraph(text: str) -> list[str]:
    """A text in lines."""
    return _wrapped(text, "", "")


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    if ": {" in text or ": [" in text:  # YAML, which people copy
        return [f"{first}{text}"]
    lines = wrap(text, max(WIDTH - len(rest), 40), break_long_words=False, break_on_hyphens=False)
    return [f"{rest if number else first}{line}".rstrip() for number, line in enumerate(lines or [""])]


def section(title: str, rows: Sequence[Sequence[str]]) -> list[str]:
    """A titled table behind an empty line; nothing without rows."""
    return ["", title, *table(rows)] if rows else []


def pairs(keys: Mapping[str, Any]) -> str:
    """Keys of a profile as people write them, on one line."""
    return ", ".join(f"{key}: {flow(value)}" for key, value in keys.items())


def flow(value: Any) -> str:
    """A value as people write it in YAML, on one line."""
    from obsgen.source.scalars import YAML11_TRAP, resolve_plain

    match value:
        case bool():
            return str(value).lower()
        case Mapping():
            return f"{{{pairs(value)}}}"
        case list() | tuple():
            return f"[{', '.join(map(flow, value))}]"
        case str() if (
            not _PLAIN.fullmatch(value) or isinstance(resolve_plain(value), bool | None) or YAML11_TRAP.match(value)
        ):
            return json.dumps(value, ensure_ascii=False)
    return str(value)
