"""Grafana's variables in LogQL: replaced by plain values of the same length, so that offsets stay true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, product
from typing import NamedTuple

from obsgen.logql.errors import LogqlError, NotUnderstoodError
from obsgen.logql.parse import Query, parse
from obsgen.promql.grafana import MAX_TRIES, VARIABLE, as_duration, as_word, has_variables, put

_CLOSED = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|\[[^\]]*\]')


class Templated(NamedTuple):
    """A query, and whether its text is what Loki gets but for the values of variables."""

    query: Query
    is_plain: bool = True


def parse_templated(text: str) -> Templated:
    """The query of a panel; LogqlError if it is none whatever the variables, NotUnderstoodError if they decide."""
    if not has_variables(text):
        return Templated(parse(text))
    fixed = _in_strings_and_ranges(text)
    free = list(VARIABLE.finditer(_without_strings(fixed)))
    first, *others = islice(_attempts(fixed, free), MAX_TRIES)
    is_plain = not any("{{" in part and VARIABLE.search(part) for part in _CLOSED.findall(text))
    try:
        return Templated(parse(first), is_plain)
    except LogqlError:
        for attempt in others:
            with suppress(LogqlError):
                return Templated(parse(attempt), is_plain)
        if free:
            start, end = free[0].span()
            raise NotUnderstoodError(f"the value of {text[start:end]} decides", start, end - start) from None
        raise


def _attempts(text: str, free: list[re.Match[str]]) -> Iterator[str]:
    for choice in product(("name", "number"), repeat=len(free)):
        plain = text
        for match, kind in zip(free, choice, strict=True):
            plain = put(plain, match, kind)
        yield plain


def _in_strings_and_ranges(text: str) -> str:
    """Templates stay, in which `$` is Go's."""
    text = re.sub(r"\[\[\w+(?::\w+)?\]\]", as_word, text)
    return _CLOSED.sub(_replaced, text)


def _replaced(match: re.Match[str]) -> str:
    part = match.group()
    if "{{" in part:
        return part
    return VARIABLE.sub(as_duration if part.startswith("[") else as_word, part)


def _without_strings(text: str) -> str:
    return _CLOSED.sub(lambda match: " " * len(match.group()), text)
