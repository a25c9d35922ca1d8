"""Strings, durations and sizes as Loki's lexer reads them."""

from __future__ import annotations

import math
import re

from obsgen.promql.durations import milliseconds

_LONGEST = (1 << 63) - 1
"""Nanoseconds."""

_GO_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_GO_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_GO = re.compile(rf"-?(?:{_GO_PART.pattern})+\Z", re.ASCII)

_SIZE = re.compile(r"([\d.]+)([a-z]*)\Z", re.ASCII)
_DECIMAL = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)\Z", re.ASCII)
_SIZES = {f"{letter}{end}": base**power for power, letter in enumerate("kmgtpe", 1) for end, base in (
    ("", 1000), ("b", 1000), ("i", 1024), ("ib", 1024)
)} | {"": 1, "b": 1}  # fmt: skip

_ESCAPE = re.compile(r"\\(?:([abfnrtv\\\"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)")
_SIMPLE = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))


def window(text: str) -> int | None:
    """Milliseconds of what stands between the brackets of a range, which is a duration as Prometheus writes it."""
    found = milliseconds(text)
    return found if found is not None and found * 10**6 <= _LONGEST else None


def duration(text: str) -> float | None:
    """Milliseconds of a duration behind `offset` or in a filter: as Prometheus writes it, or as Go does (`1.5h`)."""
    plain = window(text)
    if plain is not None:
        return plain
    if text == "-0":
        return 0
    if not _GO.match(text):
        return None
    size = sum(float(count) * _GO_UNITS[unit] for count, unit in _GO_PART.findall(text))
    return math.copysign(size / 10**6, -1 if text[0] == "-" else 1) if size <= _LONGEST else None


def size(text: str) -> int | None:
    """Bytes of `10KB`, `1.5GiB` or `3M`; None for what is no size."""
    match = _SIZE.match(text.lower())
    if not match or match[2] not in _SIZES or not _DECIMAL.match(match[1]):
        return None
    found = float(match[1]) * _SIZES[match[2]]
    return int(found) if found < 2**64 else None


def unquoted(inside: str) -> str | int:
    """The text of what stands between double quotes, or the offset of the escape that Loki refuses.

    ValueError for an escape that stands for a byte and not for a character.
    """
    parts, end = [], 0
    for match in _ESCAPE.finditer(inside):
        if match.group() == "\\":
            return match.start()
        parts += [inside[end : match.start()], _character(match)]
        end = match.end()
    return "".join([*parts, inside[end:]])


def _character(match: re.Match[str]) -> str:
    simple, octal, byte, short, long = match.groups()
    if simple:
        return _SIMPLE[simple]
    code = int(octal, 8) if octal else int(byte or short or long, 16)
    if (octal or byte) and code >= 0x80:
        raise ValueError("a byte, not a character")
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        raise ValueError("no character")
    return chr(code)
