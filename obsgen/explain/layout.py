"""Text in columns, for explanations."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

WIDTH = 110
"""Characters of a line; longer words, such as names of series, may stand out."""


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
