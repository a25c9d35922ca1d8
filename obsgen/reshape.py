"""What was meant by a value of the wrong kind: a text for a list of one, a list for a mapping, a number for a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from obsgen.annotations import choices, examples, fields_of, of_field, unwrapped
from obsgen.source.flow import flow

_LONGEST = 90
"""Characters of a value that a hint writes out."""
_MOST = 20
"""Entries of a value that something is guessed of."""
_MOST_KEYS = 12
_SHAPES: dict[Any, str] = {dict: "write {key: value}", tuple: "write [value, value]", list: "write [value, value]"}
_FIRST_KEYS = {"selector": "app", "selectorLabels": "release"}
"""The key that a lone text most likely belongs to, by the mapping's own name."""


def reshaped(value: Any, types: Sequence[Any], name: str) -> str:
    """What to write instead of a value that is of none of the types; `name` is its key. Empty if nothing fits."""
    if isinstance(value, (dict, list)) and len(value) > _MOST:
        return ""
    for each in types:
        for meant in _forms(value, each, name):
            if meant not in ({}, []) and fits(meant, each):
                return _told(value, meant)
    return next(filter(None, map(_shape_of, types)), "")


def _shape_of(annotation: Any) -> str:
    """How a value of a type is written, where nothing better can be said."""
    keys = [key for key, _ in fields_of(annotation)]
    if keys:
        return f"write {{key: value}}, keys are {', '.join(keys)}" if len(keys) <= _MOST_KEYS else "write {key: value}"
    return _SHAPES.get(get_origin(unwrapped(annotation)), "")


def fits(value: Any, annotation: Any) -> bool:
    """Whether a value is of a type."""
    try:
        TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return False
    return True


def _told(value: Any, meant: Any) -> str:
    written = flow(meant)
    if len(written) <= _LONGEST:
        return f"write {written}"
    return "write `- ` before it: a list, also of one" if isinstance(value, dict) else ""


def _forms(value: Any, annotation: Any, name: str) -> Iterator[Any]:
    """Values like this one in the shape of a type; whether they are of that type is not said."""
    inner = unwrapped(annotation)
    origin = get_origin(inner)
    if origin in (list, tuple):
        yield from _as_list(value, get_args(inner)[0], name)
    elif origin is dict:
        yield from _as_mapping(value, name)
    elif dict(fields_of(inner)):
        yield from _as_model(value, inner)
    elif isinstance(value, (bool, int, float)):
        yield str(value).lower()
        # A bare number is one of the unit that the type's own examples have.
        yield from (f"{value}{each.lstrip('0123456789.')}" for each in examples(annotation) if each[:1].isdigit())
    elif isinstance(value, list) and len(value) == 1:
        yield value[0]


def _as_list(value: Any, item: Any, name: str) -> Iterator[Any]:
    if isinstance(value, str) and ("," in value or "\n" in value or value.startswith("-")):
        yield [part.strip(" -") for part in value.replace(" -", ",").split(",")]
    yield [value]
    if isinstance(value, dict):
        if all(inner is None for inner in value.values()):
            yield list(value)
        # People name the items of a list as keys, which an environment may do.
        yield [
            {"name": key, **inner} if isinstance(inner, dict) else {"name": key, "type": inner}
            for key, inner in value.items()
        ]
    for each in choices(item):
        yield from ([meant] for meant in _forms(value, each, name))


def _as_mapping(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, str):
        for sign in ("=", ":"):
            pairs = [part.partition(sign) for part in value.split(",")]
            yield {key.strip(): inner.strip() for key, found, inner in pairs if found}
        if name in _FIRST_KEYS:
            yield {_FIRST_KEYS[name]: value}
    if isinstance(value, list):
        yield from _joined(value)
        yield {each: {} for each in value if isinstance(each, str)}
        yield {str(each["name"]): {k: v for k, v in each.items() if k != "name"} for each in value if _named(each)}


def _as_model(value: Any, model: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from _joined(value)
        return
    fields = dict(fields_of(model))
    needed = [name for name, field in fields.items() if field.is_required()]
    yield dict.fromkeys(needed, value)
    for name, field in fields.items():
        if not needed or name in needed:
            yield {name: value}
            yield from ({name: meant} for each in choices(of_field(field)) for meant in _lists_of(value, each))


def _lists_of(value: Any, annotation: Any) -> Iterator[Any]:
    if get_origin(unwrapped(annotation)) in (list, tuple) and not isinstance(value, dict):
        yield [value]


def _joined(value: list[Any]) -> Iterator[Any]:
    """The mappings of a list as one: someone wrote a dash before each key."""
    if value and all(isinstance(each, dict) for each in value):
        yield {key: inner for each in value for key, inner in each.items()}


def _named(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)
