"""Syntax that Prometheus reads and the parser here does not yet: replaced at equal length by what it knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.promql.tokens import Token, skipped_time

_ARITHMETIC = re.compile(r"[-+*/%^(]")


def without_newer(text: str, found: list[Token]) -> tuple[str, tuple[str, ...]]:
    """The expression in older syntax, every offset kept, and what was replaced in it."""
    used = []
    for start, end, plain, what in _replacements(text, found):
        text = text[:start] + plain + text[end:]
        used.append(what)
    return text, tuple(dict.fromkeys(used))


def _replacements(text: str, found: list[Token]) -> Iterator[tuple[int, int, str, str]]:
    for at, token in enumerate(found):
        size = token.end - token.start
        if token.kind == "range" and _ARITHMETIC.search(token.text):
            duration = "[1m:1m" if ":" in token.text else "[1m"
            yield token.start, token.end, duration.ljust(size - 1) + "]", "duration arithmetic"
        elif token.text in ("</", ">/"):
            yield token.start, token.end, "+ ", "histogram trimming"
        elif token.text.lower() == "offset" and at + 1 < len(found):
            start, end = found[at + 1].start, found[at + skipped_time(found, at + 1)].end
            if "(" in text[start:end]:
                yield start, end, "1m".ljust(end - start), "duration arithmetic"
