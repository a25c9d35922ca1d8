"""Faults that pydantic finds in people's files, told in their words: place, message, hint."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.annotations import examples, homes, keys_at, types_at
from obsgen.findings import Finding, Place, error, redacted
from obsgen.hints import closest, invisible, nearest, repaired, visible
from obsgen.reshape import fits, reshaped
from obsgen.secrecy import ID as EXPOSED
from obsgen.source import Route
from obsgen.source.flow import flow
from obsgen.units import shortened

Locate = Callable[[Route, bool], Place]
"""Where the value (or, if asked, the key) at a route stands."""

MOST_FAULTS = 50
"""Faults of one file that are told: nobody reads more, and finding words for each takes time."""

_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "int_from_float": "a whole number",
}
_BOUNDS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}


def translate(problem: ValidationError, adapter: TypeAdapter[Any], group: str, locate: Locate) -> list[Finding]:
    """The faults of a value whose routes `locate` can place; of thousands the first ones, and how many there are."""
    faults = [fault for fault in problem.errors(include_url=False)[:MOST_FAULTS] if not _only_follows(fault)]
    reader = _Reader(getattr(adapter, "_type", None), group, locate)
    found = [reader.finding(fault) for fault in reader.causes(faults)]
    if problem.error_count() > MOST_FAULTS:
        message = f"{problem.error_count():,} faults, of which the first {MOST_FAULTS} are told"
        found.append(error(f"{group}/value", message, locate((), False)))
    return found


def _only_follows(fault: Any) -> bool:
    """Whether a list is too short for no other reason than that its items are at fault, which is told of each."""
    return bool(fault["type"] == "too_short" and len(fault["input"]) >= fault["ctx"]["min_length"])


@dataclass(frozen=True)
class _Reader:
    """Finds words for the faults of a document whose type is `annotation`."""

    annotation: Any
    group: str
    locate: Locate

    def causes(self, faults: Sequence[Any]) -> list[Any]:
        """The faults without those that another one has caused: one slip is told once."""
        unknown = [route_of(fault) for fault in faults if fault["type"] == "extra_forbidden"]
        keys = {route_of(fault) for fault in faults if fault["loc"][-1:] == ("[key]",)}
        return [fault for fault in faults if not self._follows(fault, unknown, keys)]

    def _follows(self, fault: Any, unknown: Sequence[Route], keys: Collection[Route]) -> bool:
        route = route_of(fault)
        beside = [str(other[-1]) for other in unknown if other[:-1] == route[:-1]]
        if fault["type"] == "missing":
            # A key that is there under a wrong name is not missing as well.
            known = self._keys(route[:-1])
            return any(closest(_bare(name), known) == route[-1] for name in beside)
        if fault["input"] is None and fault["type"] != "extra_forbidden":
            # What belongs below a key may stand beside it, for want of indentation.
            return route in keys or bool(self._keys(route) & set(beside))
        return route in keys and fault["loc"][-1] != "[key]"

    def _keys(self, route: Route) -> set[str]:
        return keys_at(self.annotation, route)

    def finding(self, fault: Any) -> Finding:
        """One fault in words."""
        route, kind = route_of(fault), fault["type"]
        if kind == "extra_forbidden":
            message = f"unknown key '{shortened(str(route[-1]))}'"
            return error(f"{self.group}/unknown-key", message, self.locate(route, True), self._other_key(route))
        if kind == "missing":
            message = f"key '{route[-1]}' is missing"
            hint = f"write `{route[-1]}: …`"
            return error(f"{self.group}/missing-key", message, self.locate(route[:-1], True), hint)
        # A filled mapping is shown by its key: its own place would be that of its first entry.
        by_key = fault["loc"][-1:] == ("[key]",) or (isinstance(fault["input"], dict) and bool(fault["input"]))
        place = self.locate(route, by_key)
        if "/" in kind:
            return error(kind, fault["msg"], place, _slip(fault) or fault.get("ctx", {}).get("hint", ""))
        message, hint = self._plain(fault, route)
        return error(f"{self.group}/value", f"{_path(route)} {message}", place, hint)

    def _other_key(self, route: Route) -> str:
        """What was meant by a key that is unknown: one like it, one of another place, or a value behind it."""
        key, known = str(route[-1]), sorted(self._keys(route[:-1]))
        slip = _slip_in(key)
        if slip or closest(key, known):
            return slip or nearest(key, known)
        found = list(homes(self.annotation, key))
        places = [".".join(map(str, route)) for route in found if len(route) == len(found[0])]
        return f"it goes below {' or '.join(places)}" if places else nearest(key, known)

    def _plain(self, fault: Any, route: Route) -> tuple[str, str]:
        """Message and hint for pydantic's own kinds of fault."""
        kind, value, context = fault["type"], fault["input"], fault.get("ctx", {})
        shown = _shown(value)
        if kind == "literal_error":
            wanted = [choice.strip("'") for choice in context["expected"].replace(" or ", ", ").split(", ")]
            return f"cannot be {shown}", nearest(str(value), wanted)
        if kind in _TYPES:
            return f"must be {_TYPES[kind]}, not {shown}", self._other_value(value, kind, route)
        if kind == "too_short":
            return f"must have at least {context['min_length']}", ""
        if kind == "string_too_long":
            return f"is too long: {len(value)} characters", f"write at most {context['max_length']}"
        if kind == "string_pattern_mismatch":
            types = [] if fault["loc"][-1:] == ("[key]",) else types_at(self.annotation, route)
            meant = repaired(value, lambda text: _matches(context["pattern"], text) and _fits_one(text, types))
            such = next((each for one in types for each in examples(one)), None)
            form = f"such as {such}" if such else f"it must match {context['pattern']}"
            return f"cannot be {shown}", f"write {flow(meant)}" if meant else form
        if kind in _BOUNDS:
            limit = next(iter(context.values()))
            return f"must be {_BOUNDS[kind]} {limit:g}, not {shown}", _as_share(value, limit)
        return f"is wrong: {fault['msg'][0].lower()}{fault['msg'][1:]}", ""

    def _other_value(self, value: Any, kind: str, route: Route) -> str:
        """What to write instead of a value of the wrong kind."""
        name = next((step for step in reversed(route) if isinstance(step, str)), "")
        if value is None:
            return f"write a value behind `{name}:`, or remove the key" if route[-1:] == (name,) else "remove it"
        if kind.startswith("bool"):
            return "write true or false"
        if kind.startswith("float") and isinstance(value, str):
            return _as_share(value.strip("pP% "), 1)
        if kind.startswith("int") and name == "portNumber" and isinstance(value, str):
            return f"write port: {flow(value)}"
        if isinstance(value, bool) and "thresholds" in route:
            return "write a number with its unit"
        meant = reshaped(value, types_at(self.annotation, route), name)
        return meant if redacted(meant) == meant else ""


def route_of(fault: Any) -> Route:
    """Where a fault is; an unknown key may be called like one of pydantic's own steps."""
    steps = fault["loc"]
    return (*without_tags(steps[:-1]), steps[-1]) if fault["type"] == "extra_forbidden" else without_tags(steps)


def without_tags(steps: tuple[str | int, ...]) -> Route:
    """A route without pydantic's own steps: `[key]` for a mapping's key, `(…)` for the tag of a tagged union."""
    return tuple(
        step
        for step in steps
        if not isinstance(step, str) or not (step == "[key]" or (step[:1], step[-1:]) == ("(", ")"))
    )


def _bare(key: str) -> str:
    """A key without a value that sticks to it."""
    return visible(key).partition(":")[0].strip()


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern knows a text; addresses only where it speaks of them."""
    return bool(re.search(pattern, text)) and ("://" not in text or "//" in pattern)


def _slip(fault: Any) -> str:
    """What is wrong with a key or value that was refused with a reason, where the reason is beside the point."""
    if fault["type"] == EXPOSED:
        return ""
    text = str(fault["input"])
    return _slip_in(text) if fault["loc"][-1:] == ("[key]",) else _unseen(text)


def _unseen(text: str) -> str:
    """Characters in a text that nobody sees."""
    odd = invisible(text)
    return f"it holds a {odd}: type it anew, as {shortened(visible(text).strip())}" if odd else ""


def _slip_in(text: str) -> str:
    """What is wrong with a key that looks right: characters that nobody sees, or no blank behind a colon."""
    if odd := _unseen(text):
        return odd
    key, colon, value = text.partition(":")
    if colon and value[:1].isalnum() and re.fullmatch(r"[A-Za-z][\w./-]*", key):
        return f"a blank is missing behind ':': write {shortened(key)}: {shortened(value)}"
    return ""


def _as_share(value: Any, limit: float) -> str:
    """A percentage as a share, where one is wanted."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return ""
    return f"write {number / 100:g}" if limit == 1 and 1 < number < 100 else ""


def _fits_one(value: Any, types: Sequence[Any]) -> bool:
    return not types or any(fits(value, each) for each in types)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{shortened(redacted(str(value)))}'" if isinstance(value, (str, int, float)) else f"a {_shape(value)}"


def _shape(value: Any) -> str:
    names = {dict: "mapping", list: "list", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _path(route: Route) -> str:
    return shortened(".".join(str(step) for step in route), 120) or "the document"
