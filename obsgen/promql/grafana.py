"""Grafana's variables in queries: replaced by plain values of the same length, so that offsets stay true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, product
from typing import NamedTuple

from obsgen.promql.parse import PromqlError, Query, parse
from obsgen.promql.tokens import Token, tokens

VARIABLE = re.compile(r"\$\{[^{}$]*\}|\[\[\w+(?::\w+)?\]\]|\$\w+")
_NUMBERS = re.compile(r"\$\{?__(?:range|interval|rate_interval)_(?:s|ms)\b|\$\{?__(?:from|to)\b")
MAX_TRIES = 64

_FUNCTION = re.compile(r"\s*(label_values|label_names|metrics|query_result)\s*\((.*)\)\s*\Z", re.DOTALL)
_LAST_ARGUMENT = re.compile(r",\s*[\w$:{}\[\]]+\s*\Z")


class Part(NamedTuple):
    """A piece of a variable's query that is PromQL, and its offset in the whole."""

    text: str
    start: int


def has_variables(text: str) -> bool:
    """Whether a text uses a Grafana variable."""
    return ("$" in text or "[[" in text) and bool(VARIABLE.search(text))


def has_free_variables(text: str) -> bool:
    """Whether a variable stands outside strings and ranges, so that its value could be any piece of PromQL."""
    return has_variables(text) and bool(VARIABLE.search(_in_strings_and_ranges(text)))


def parse_templated(text: str) -> Query:
    """The query of a panel's expression; PromqlError if no plain value of its variables makes it one."""
    if not has_variables(text):
        return parse(text)
    first, *others = islice(_attempts(text), MAX_TRIES)
    try:
        return parse(first)
    except PromqlError:
        for attempt in others:
            with suppress(PromqlError):
                return parse(attempt)
        raise


def variable_parts(query: str) -> list[Part]:
    """The PromQL in a query variable such as `label_values(up{job="x"}, instance)`."""
    match = _FUNCTION.match(query)
    if not match:
        return [Part(query, 0)] if query.strip() else []
    name, inside = match.groups()
    if name == "label_values":
        end = _LAST_ARGUMENT.search(inside)
        inside = inside[: end.start()] if end else ""
    elif name != "query_result":
        return []
    return [Part(inside, match.start(2))] if inside.strip() else []


def _attempts(text: str) -> Iterator[str]:
    """The text with its variables as names first, then with some or all of the free ones as numbers."""
    fixed = _in_strings_and_ranges(text)
    free = list(VARIABLE.finditer(fixed))
    for choice in product(("name", "number"), repeat=len(free)):
        plain = fixed
        for match, kind in zip(free, choice, strict=True):
            plain = put(plain, match, kind)
        yield plain


def put(text: str, match: re.Match[str], kind: str) -> str:
    """The text with a variable replaced; beside letters it is a part of a name, whatever the kind."""
    start, end = match.span()
    part_of_name = text[end : end + 1].isalnum() or text[end : end + 1] == "_" or text[start - 1 : start].isalnum()
    number = kind == "number" or _NUMBERS.match(match.group())
    value = "1".ljust(end - start) if number and not part_of_name else "x" * (end - start)
    return text[:start] + value + text[end:]


def _in_strings_and_ranges(text: str) -> str:
    """The text with the variables in strings and in ranges replaced: there is but one way to do it."""
    for match in VARIABLE.finditer(text):
        if match.group().startswith("[["):
            text = text[: match.start()] + "x" * len(match.group()) + text[match.end() :]
    for token in tokens(text):
        if token.kind in ("string", "braces"):
            plain = _replaced_strings(token)
        elif token.kind == "range":
            plain = VARIABLE.sub(as_duration, token.text)
        else:
            continue
        text = text[: token.start] + plain + text[token.end :]
    return text


def _replaced_strings(token: Token) -> str:
    if token.kind == "string":
        return VARIABLE.sub(as_word, token.text)
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda string: VARIABLE.sub(as_word, string.group()), token.text)


def as_word(match: re.Match[str]) -> str:
    """A word of the variable's length."""
    return "x" * len(match.group())


def as_duration(match: re.Match[str]) -> str:
    """A duration, or the number before a unit, of the variable's length."""
    size = match.end() - match.start()
    unit = match.string[match.end() : match.end() + 1].isalpha()
    return "1".rjust(size, "0") if unit else "1m".rjust(size, "0")
