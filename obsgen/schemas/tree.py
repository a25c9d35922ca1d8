"""Finds its way in a schema along the route of a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Node = dict[str, Any]
Route = tuple[str | int, ...]

_UNKNOWN: Node = {}


def at(document: Node, route: Sequence[str | int]) -> Node:
    """The subschema for the value at a route; an empty one where the schema says nothing."""
    node = resolve(document, document)
    for step in route:
        node = child(node, step, document)
    return node


def child(node: Node, step: str | int, document: Node) -> Node:
    """The subschema for one key or index below a resolved node."""
    if isinstance(step, int) and "items" in node:
        below = node["items"]
    else:
        below = node.get("properties", {}).get(step, node.get("additionalProperties", _UNKNOWN))
    return resolve(below, document) if isinstance(below, dict) else _UNKNOWN


def resolve(node: Node, document: Node) -> Node:
    """Follows references, and the last alternative where a value is either a scalar or an object."""
    while "$ref" in node or ("anyOf" in node and "properties" not in node):
        name = node.get("$ref", "").rpartition("/")[2]
        node = document["definitions"][name] if name else node["anyOf"][-1]
    return node


def fields(node: Node) -> tuple[str, ...]:
    """The names that an object may use."""
    return tuple(node.get("properties", ()))


def homes(key: str, node: Node, document: Node) -> Iterator[str]:
    """The fields of a node under which a key would be at home, one level down: `endpoints[]`, `selector`."""
    for name in fields(node):
        below = child(node, name, document)
        if key in fields(below):
            yield name
        elif key in fields(child(below, 0, document)):
            yield f"{name}[]"
