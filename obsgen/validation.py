"""Faults that pydantic finds in people's files, told in their words: place, message, hint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from obsgen.findings import Finding, Place, error
from obsgen.hints import nearest
from obsgen.source import Document, Route
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


def findings_of(problem: ValidationError, document: Document, adapter: TypeAdapter[Any], group: str) -> list[Finding]:
    """The faults of one document; ids start with `group` unless the validator gave its own."""
    return translate(problem, adapter, group, lambda route, key: document.place(route, key=key))


def translate(problem: ValidationError, adapter: TypeAdapter[Any], group: str, locate: Locate) -> list[Finding]:
    """The faults of a value whose routes `locate` can place; of thousands the first ones, and how many there are."""
    faults = (fault for fault in problem.errors(include_url=False)[:MOST_FAULTS] if not _only_follows(fault))
    found = [_finding(fault, adapter, group, locate) for fault in faults]
    if problem.error_count() > MOST_FAULTS:
        message = f"{problem.error_count():,} faults, of which the first {MOST_FAULTS} are told"
        found.append(error(f"{group}/value", message, locate((), False)))
    return found


def _only_follows(fault: Any) -> bool:
    """Whether a list is too short for no other reason than that its items are at fault, which is told of each."""
    return bool(fault["type"] == "too_short" and len(fault["input"]) >= fault["ctx"]["min_length"])


def _finding(fault: Any, adapter: TypeAdapter[Any], group: str, locate: Locate) -> Finding:
    route = _without_tags(fault["loc"])
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        key, route = fault["loc"][-1], _without_tags(fault["loc"][:-1])
        known = sorted(_keys_at(getattr(adapter, "_type", None), route))
        message = f"unknown key '{shortened(str(key))}'"
        return error(f"{group}/unknown-key", message, locate((*route, key), True), nearest(str(key), known))
    if kind == "missing":
        return error(
            f"{group}/missing-key", f"key '{route[-1]}' is missing", locate(route[:-1], True), f"write `{route[-1]}: …`"
        )
    # A filled mapping is shown by its key: its own place would be that of its first entry.
    by_key = fault["loc"][-1:] == ("[key]",) or (isinstance(fault["input"], dict) and bool(fault["input"]))
    place = locate(route, by_key)
    if "/" in kind:
        return error(kind, fault["msg"], place, context.get("hint", ""))
    message, hint = _plain(kind, fault, context)
    return error(f"{group}/value", f"{_path(route)} {message}", place, hint)


def _without_tags(steps: tuple[str | int, ...]) -> Route:
    """A route without pydantic's own steps: `[key]` for a mapping's key, `(…)` for the tag of a tagged union."""
    return tuple(
        step
        for step in steps
        if not isinstance(step, str) or not (step == "[key]" or (step[:1], step[-1:]) == ("(", ")"))
    )


def _plain(kind: str, fault: Any, context: Any) -> tuple[str, str]:
    """Message and hint for pydantic's own kinds of fault."""
    value = fault["input"]
    shown = f"'{shortened(str(value))}'" if isinstance(value, (str, int, float)) else f"a {_shape(value)}"
    if kind == "literal_error":
        choices = [choice.strip("'") for choice in context["expected"].replace(" or ", ", ").split(", ")]
        return f"cannot be {shown}", nearest(str(value), choices)
    if kind in _TYPES:
        return f"must be {_TYPES[kind]}, not {shown}", ""
    if kind == "too_short":
        return f"must have at least {context['min_length']}", ""
    if kind == "string_pattern_mismatch":
        return f"cannot be {shown}", f"it must match {context['pattern']}"
    return f"is wrong: {fault['msg'][0].lower()}{fault['msg'][1:]}", ""


def _shape(value: Any) -> str:
    names = {dict: "mapping", list: "list", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _path(route: Route) -> str:
    return shortened(".".join(str(step) for step in route), 120) or "the document"


def _keys_at(annotation: Any, route: Route) -> set[str]:
    """The keys that a mapping at `route` may have, in a value of the annotated type."""
    models = list(_models(annotation))
    for step in route:
        models = [found for annotation in models for found in _below(annotation, step)]
    return {
        field.alias or name
        for model in models
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name, field in model.model_fields.items()
    }


def _models(annotation: Any) -> Iterator[Any]:
    """The models and containers that an annotation allows, unwrapped."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _models(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for choice in get_args(annotation):
            yield from _models(choice)
    else:
        yield annotation


def _below(annotation: Any, step: str | int) -> Iterator[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and origin is None and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if step in (name, field.alias):
                yield from _models(field.annotation)
    elif origin is dict or (origin in (list, tuple) and isinstance(step, int)):
        yield from _models(arguments[1] if origin is dict else arguments[0])
