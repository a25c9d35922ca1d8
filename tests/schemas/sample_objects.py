"""The sample objects of tests/schemas/objects, and ways to spoil them."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

from obsgen import schemas
from obsgen.schemas import tree
from obsgen.source import load_file

OBJECTS = Path(__file__).parent / "objects"
Object = dict[str, Any]


@cache
def samples(file: str) -> dict[str, Object]:
    """The objects of one file by `apiVersion/kind`, with a number where a kind stands there twice."""
    found: dict[str, Object] = {}
    for document in load_file(OBJECTS / file):
        name = f"{document.value['apiVersion']}/{document.value['kind']}"
        assert name not in found
        found[name] = document.value
    return found


def schema_of(obj: Object) -> schemas.Schema:
    schema = schemas.lookup(obj["apiVersion"], obj["kind"])
    assert schema is not None
    return schema


def routes_of_objects(obj: Object) -> list[tuple[str | int, ...]]:
    """Where fields can be misspelt: at the first level (spec, if there is one), and in an object one level down."""
    first: tuple[str | int, ...] = ("spec",) if obj.get("spec") else ()
    document = schema_of(obj).document
    below = [
        (*first, name, *index)
        for name, value in _at(obj, first).items()
        for index, inner in _candidates(value)
        if name != "metadata"
        and tree.at(document, (*first, name, *index)).get("additionalProperties") is False
        and inner
    ]
    return [first, *below[:1]]


def misspelt(obj: Object, route: tuple[str | int, ...]) -> Object:
    """A copy with a field at a route written a second time, with a letter too many."""
    spoilt = copy.deepcopy(obj)
    place = _at(spoilt, route)
    name = next(name for name in place if name not in ("apiVersion", "kind", "metadata"))
    place[name + "x"] = place[name]
    return spoilt


def with_labels(obj: Object, labels: dict[str, Any]) -> Object:
    return {**obj, "metadata": {**obj.get("metadata", {}), "labels": labels}}


def _candidates(value: Any) -> list[tuple[tuple[int, ...], Object]]:
    if isinstance(value, dict):
        return [((), value)]
    return [((0,), value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else []


def _at(obj: Any, route: tuple[str | int, ...]) -> Any:
    for step in route:
        obj = obj[step]
    return obj
