"""What pydantic's models say of a place in a document: which keys it may have, and which types of values."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from obsgen.source import Route


def keys_at(annotation: Any, route: Route) -> set[str]:
    """The keys that a mapping at `route` may have, in a value of the annotated type."""
    return {name for model in types_at(annotation, route) for name, _ in fields_of(model)}


def types_at(annotation: Any, route: Route) -> list[Any]:
    """The types that a value at `route` may have, with their constraints, unions taken apart."""
    types = list(choices(annotation))
    for step in route:
        types = [found for each in types for found in _below(each, step)]
    return types


def fields_of(annotation: Any) -> Iterator[tuple[str, FieldInfo]]:
    """The keys of a model; nothing of any other type."""
    model = unwrapped(annotation)
    if isinstance(model, type) and get_origin(model) is None and issubclass(model, BaseModel):
        yield from ((field.alias or name, field) for name, field in model.model_fields.items())


def choices(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, null aside."""
    inner = unwrapped(annotation)
    if get_origin(inner) in (Union, UnionType):
        for choice in get_args(inner):
            yield from choices(choice)
    elif inner is not type(None):
        yield annotation


def unwrapped(annotation: Any) -> Any:
    """A type without its constraints."""
    return unwrapped(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def of_field(field: FieldInfo) -> Any:
    """The type of a model's field, with the constraints and examples that pydantic keeps beside it."""
    whole: Any = field.annotation
    for constraint in (*field.metadata, *([Examples(tuple(field.examples))] if field.examples else ())):
        whole = Annotated[whole, constraint]
    return whole


class Examples(NamedTuple):
    """Values of a field."""

    values: tuple[Any, ...]


def examples(annotation: Any) -> Iterator[str]:
    """Texts that are of a type, as it names them itself."""
    if get_origin(annotation) is Annotated:
        inner, *constraints = get_args(annotation)
        for each in constraints:
            named = each.values if isinstance(each, Examples) else getattr(each, "examples", None) or ()
            yield from (value for value in named if isinstance(value, str))
        yield from examples(inner)


def homes(annotation: Any, key: str, deepest: int = 3) -> Iterator[Route]:
    """The routes to mappings that have a key, the nearest first; items of lists and mappings are shown by `…`."""
    level: list[tuple[Route, Any]] = [((), each) for each in choices(annotation)]
    for _ in range(deepest):
        below: list[tuple[Route, Any]] = []
        for route, each in level:
            for name, field in fields_of(each):
                below += [((*route, name), inner) for inner in _items(of_field(field))]
        yield from (route for route, each in below if key in dict(fields_of(each)))
        level = below


def _items(annotation: Any) -> Iterator[Any]:
    """The types of a field's values or, of a list or mapping, of what is in it."""
    for each in choices(annotation):
        inner = unwrapped(each)
        if get_origin(inner) in (list, tuple, dict):
            yield from choices(get_args(inner)[1 if get_origin(inner) is dict else 0])
        else:
            yield each


def _below(annotation: Any, step: str | int) -> Iterator[Any]:
    inner = unwrapped(annotation)
    origin, arguments = get_origin(inner), get_args(inner)
    for name, field in fields_of(inner):
        if step == name:
            yield from choices(of_field(field))
    if origin is dict or (origin in (list, tuple) and isinstance(step, int)):
        yield from choices(arguments[1] if origin is dict else arguments[0])
