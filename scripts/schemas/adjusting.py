"""Applies what `sources.yaml` lists under `adjust`: where a published API differs from its Go types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from closing import Schema

VALUE_CHECKS = {"pattern", "minLength", "maxLength", "minProperties", "maxProperties", "x-kubernetes-validations"}


@dataclass(frozen=True)
class Adjustment:
    """Changes to one kind's closed schema; routes are as in `sources.yaml`."""

    absent: list[str] = field(default_factory=list)
    """Routes of fields that the published definition does not have."""
    optional: list[str] = field(default_factory=list)
    """Routes of objects of which no field is required."""
    unchecked: list[str] = field(default_factory=list)
    """Routes of values of which only the type counts."""
    recursive: dict[str, str] = field(default_factory=dict)
    """Route of an object to the name of its list of objects of the same kind."""

    def apply(self, schema: Schema) -> None:
        """Changes the schema in place; a route that leads nowhere is an error."""
        for route in self.absent:
            parents, _, name = route.rpartition("/")
            for node in _found(schema, parents):
                node.get("properties", {}).pop(name, None)
        for route in self.optional:
            for node in _found(schema, route):
                node.pop("required", None)
        for route in self.unchecked:
            for node in _found(schema, route):
                for key in node.keys() & VALUE_CHECKS:
                    del node[key]
        for route, name in self.recursive.items():
            for node in _found(schema, route):
                _recurse(schema, node, name)


def _found(schema: Schema, route: str) -> list[Schema]:
    nodes = list(_nodes(schema, route.split("/")))
    if not nodes:
        raise ValueError(f"no field at {route}")
    return nodes


def _nodes(node: Schema, steps: list[str]) -> Iterator[Schema]:
    if not steps:
        yield node
        return
    properties = node.get("properties", {})
    if steps[0] == "-":
        children = [node[key] for key in ("items", "additionalProperties") if isinstance(node.get(key), dict)]
    else:
        children = [child for name, child in properties.items() if steps[0] in (name, "*")]
    for child in children:
        yield from _nodes(child, steps[1:])


def _recurse(root: Schema, node: Schema, name: str) -> None:
    """Inner objects carry the same fields; what is required, ruled or deprecated at the top need not hold for them."""
    outer = ("required", "x-kubernetes-validations")
    marks = ("deprecated", "x-instead")
    again: Schema = {"type": "array", "items": {"$ref": f"#/definitions/{name}"}}
    node["properties"] = {**node["properties"], name: again}
    inner = {key: value for key, value in node.items() if key not in outer}
    inner["properties"] = {
        field: {key: value for key, value in child.items() if key not in marks}
        for field, child in node["properties"].items()
    }
    root["definitions"] = {**root.get("definitions", {}), name: inner}
