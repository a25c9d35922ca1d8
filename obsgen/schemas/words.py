"""Says what is wrong with a value, and what to type instead, in the words of people who write manifests."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from obsgen.schemas import tree

Told = tuple[str, str]
"""A message and a hint; the hint may be empty."""

_NAMES = {"array": "list", "null": "nothing"}
_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_EXAMPLES = {"date-time": "write it like 2026-01-31T12:00:00Z"}
_SHOWN = 40
_LISTED = 12

# What a pattern means shows in what it takes: examples it must accept, examples it must refuse, how to put it.
_FORMS: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("aGVsbG8=", "aGVs\nbG8="), ("a", "a-b="), "it must be base64"),
    (("30s", "5m", "1h30m"), ("30", "abc", "30 s"), "write a duration such as 30s, 5m or 1h30m"),
    (("100Mi", "500m", "2"), ("abc", "1 Gi", "1GB"), "write a quantity such as 500m, 2 or 100Mi"),
    (("512MB", "10GB"), ("abc", "10 GB"), "write a size such as 512MB or 10GB"),
    (("abc", "a-1"), ("Abc", "a_b", "-a"), "use lower-case letters, digits and '-'"),
)


def unknown_field(key: str, route: tree.Route, document: tree.Node) -> Told:
    """A key that the object at `route` does not have."""
    node = tree.at(document, route)
    known = tree.fields(node)
    guess = similar(key, known)
    if guess:
        hint = f"did you mean '{guess}'?"
    elif home := next(tree.homes(key, node, document), ""):
        hint = f"it belongs under {home}"
    elif route and key in tree.fields(tree.at(document, _owner(route))):
        hint = f"it belongs one level up, beside '{_owner_key(route)}'"
    else:
        hint = f"known here: {', '.join(known)}" if 0 < len(known) <= _LISTED else ""
    return f"unknown field '{key}'", hint


def missing_field(name: str) -> Told:
    """A field that an object must have."""
    return f"missing required field '{name}'", ""


def wrong_type(types: Iterable[str], value: Any, *, secret: bool = False) -> Told:
    """A value of another type than the expected ones; a secret one is not shown."""
    wanted = [name for name in types if name != "null"]
    expected = " or ".join(_NAMES.get(name, name) for name in sorted(wanted))
    return f"expected {expected}, got {_described(value, secret)}", _retyped(wanted, value, secret)


def not_listed(options: Iterable[Any], value: Any) -> Told:
    """A value outside an enumeration."""
    # APIs list some values in two spellings; one of them is enough to read.
    spellings = {str(option).casefold(): str(option) for option in reversed([*options]) if option not in ("", None)}
    known = [*reversed(spellings.values())]
    guess = similar(str(value), known)
    return f"'{_shortened(value)}' is not one of {', '.join(known)}", f"did you mean '{guess}'?" if guess else ""


def wrong_form(pattern: str, value: str, *, secret: bool = False) -> Told:
    """A text that does not match its pattern."""
    shown = "the value" if secret else f"'{_shortened(value)}'"
    form = next((told for good, bad, told in _FORMS if _means(pattern, good, bad)), "")
    if form and secret:
        form += "; plain text goes under stringData"
    return (f"{shown} is not in the expected form", form) if form else (f"{shown} does not match {pattern}", "")


def wrong_format(name: str, value: str) -> Told:
    """A text that is not of a named format."""
    return f"'{_shortened(value)}' is not a {name}", _EXAMPLES.get(name, "")


def similar(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or ''."""
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.7)
    return by_folded[close[0]] if close else ""


def _retyped(wanted: list[str], value: Any, secret: bool) -> str:
    if value is None:
        return "remove the key or give it a value"
    if "string" in wanted and isinstance(value, bool | int | float):
        # How a number was written is not known here: 1.10 arrives as 1.1.
        plain = not secret and not isinstance(value, float)
        return f'write "{str(value).lower()}", in quotes' if plain else "write it in quotes"
    if "boolean" in wanted and str(value).lower() in _BOOLEANS:
        return f"write {_BOOLEANS[str(value).lower()]}"
    if isinstance(value, str) and _reads_as(value, wanted):
        return f"write {value}, without quotes"
    if "array" in wanted:
        return "start each item on its own line with '- '"
    return ""


def _reads_as(value: str, wanted: list[str]) -> bool:
    patterns = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": "true|false"}
    return any(re.fullmatch(patterns[name], value) for name in wanted if name in patterns)


def _described(value: Any, secret: bool) -> str:
    if value is None:
        return "nothing (null)"
    if isinstance(value, dict | list):
        return {dict: "object", list: "list"}[type(value)]
    name = {bool: "boolean", int: "integer", float: "number"}.get(type(value), "string")
    if secret:
        return name
    return f"{name} {str(value).lower()}" if name != "string" else f"string '{_shortened(value)}'"


def _shortened(value: Any) -> str:
    text = str(value).replace("\n", " ")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _means(pattern: str, good: tuple[str, ...], bad: tuple[str, ...]) -> bool:
    accepts = re.compile(pattern).search
    return all(accepts(text) for text in good) and not any(accepts(text) for text in bad)


def _owner(route: tree.Route) -> tree.Route:
    """The route of the object that holds the value at `route`, skipping lists."""
    owner = route[:-1]
    return _owner(owner) if route and isinstance(route[-1], int) else owner


def _owner_key(route: tree.Route) -> str | int:
    return next(step for step in reversed(route) if isinstance(step, str))
