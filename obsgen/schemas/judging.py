"""Holds objects against their schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from obsgen.schemas import tree, words
from obsgen.schemas.catalog import Schema

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One fault: where, what is wrong, what to type instead.

    The route of keys and indices leads to the offending value or, with `at_key`, to a key that is at fault itself.
    A missing field has the route of the object that lacks it.
    """

    route: tree.Route
    message: str
    hint: str = ""
    at_key: bool = False


def errors(obj: Any, schema: Schema) -> Iterator[SchemaError]:
    """Everything in which an object differs from its schema.

    `obj` is what a YAML or JSON reader gives. Keys that are not strings, and dates, count as their text, as they do
    for Kubernetes. Values of a Secret are never part of a message.
    """
    found = [leaf for error in schema.validator.iter_errors(_plain(obj)) for leaf in _leaves(error)]
    mistyped = {tuple(error.instance_path) for error in found if error.kind.name == "type"}
    misspelt: set[tuple[tree.Route, str]] = set()
    missing: list[tuple[tree.Route, str]] = []
    for error in found:
        route = tuple(error.instance_path)
        if error.kind.name == "required":
            missing.append((route, error.kind.value))
        elif error.kind.name == "additionalProperties":
            known = tree.fields(tree.at(schema.document, route))
            for key in error.kind.value:
                misspelt.add((route, words.similar(key, known)))
                told = words.unknown_field(key, route, schema.document)
                yield SchemaError(_as_written((*route, key), obj), *told, at_key=True)
        elif error.kind.name == "type" or route not in mistyped:
            secret = schema.kind == "Secret" and route[:1] != ("metadata",)
            yield SchemaError(_as_written(route, obj), *_told(error, secret=secret))
    # A field that is there under a misspelt name has been told of already.
    for route, name in missing:
        if (route, name) not in misspelt:
            yield SchemaError(_as_written(route, obj), *words.missing_field(name))


def deprecated(obj: Any, schema: Schema) -> Iterator[SchemaError]:
    """The fields of an object that still work but are deprecated by their API."""
    yield from _deprecated(obj, tree.at(schema.document, ()), (), schema.document)


def _deprecated(value: Any, node: tree.Node, route: tree.Route, document: tree.Node) -> Iterator[SchemaError]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        below = tree.child(node, step, document)
        if below.get("deprecated") and isinstance(value, dict):
            instead = below.get("x-instead")
            hint = f"use {instead}" if instead else ""
            yield SchemaError((*route, step), f"field '{step}' is deprecated", hint, at_key=True)
        yield from _deprecated(inner, below, (*route, step), document)


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors worth telling: of alternatives, those of the one that the author was closest to."""
    if error.kind.name != "anyOf":
        yield error
        return
    branches = [[leaf for inner in branch for leaf in _leaves(inner)] for branch in error.kind.value]
    # An alternative of another type is further off than one with a fault inside.
    yield from min(branches, key=lambda branch: (branch[0].kind.name == "type", len(branch)))


def _told(error: ValidationError, *, secret: bool) -> words.Told:
    kind, value = error.kind, error.instance
    match kind.name:
        case "type":
            return words.wrong_type(kind.value, value, secret=secret)
        case "enum":
            return words.not_listed(kind.value, value)
        case "const":
            return words.not_listed([kind.value], value)
        case "pattern":
            return words.wrong_form(kind.value, str(value), secret=secret)
        case "format":
            return words.wrong_format(kind.value, str(value))
        case _:
            return error.message, ""


def _plain(value: Any) -> Any:
    """The value as JSON knows it."""
    if isinstance(value, dict):
        return {_key(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return int(value) if isinstance(value, int) else float(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _as_written(route: tree.Route, obj: Any) -> tree.Route:
    """The route with the object's own keys, of which some may be numbers or truth values."""
    own: list[Any] = []
    for step in route:
        if isinstance(obj, dict) and step not in obj:
            own.append(next((key for key in obj if _key(key) == step), step))
        else:
            own.append(step)
        obj = obj[own[-1]]
    return tuple(own)
