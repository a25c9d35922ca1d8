"""Makes schemas small: equal subschemas are written once, under `definitions`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from closing import Schema

# Below this length a `$ref` saves nothing worth an extra jump for the reader.
WORTH_SHARING = 100


def share(root: Schema) -> Schema:
    """The same schema, with subschemas that occur more than once moved into `definitions`.

    Names come from the property where a subschema is first met; equal input gives equal names.
    """
    uses = _uses(root)
    definitions: dict[str, Schema] = {}
    names: dict[str, str] = {}

    def emit(node: Schema, name: str) -> Schema:
        key = _key(node)
        if uses[key] < 2 or len(key) < WORTH_SHARING or "$ref" in node:
            return _rebuild(node, name, emit)
        if key not in names:
            names[key] = _free(name, {*definitions, *root.get("definitions", {})})
            definitions[names[key]] = {}  # taken before the children ask for names
            definitions[names[key]] = _rebuild(node, name, emit)
        return {"$ref": f"#/definitions/{names[key]}"}

    out = _rebuild(root, "root", emit)
    definitions.update({name: _rebuild(node, name, emit) for name, node in root.get("definitions", {}).items()})
    return {**out, "definitions": definitions} if definitions else out


def _uses(root: Schema) -> Counter[str]:
    """How many places point at each distinct subschema, counting a place inside a repeated parent once."""
    uses: Counter[str] = Counter()

    def visit(node: Schema, name: str) -> Schema:
        key = _key(node)
        uses[key] += 1
        if uses[key] == 1:
            _rebuild(node, name, visit)
        return node

    visit(root, "root")
    for name, node in root.get("definitions", {}).items():
        visit(node, name)
    return uses


def _rebuild(node: Schema, name: str, each: Callable[[Schema, str], Schema]) -> Schema:
    """A copy of a node with `each(child, name)` in the place of every child."""
    out: dict[str, Any] = {key: value for key, value in node.items() if key != "definitions"}
    if "properties" in node:
        out["properties"] = {key: each(child, key) for key, child in node["properties"].items()}
    for key, suffix in (("items", "-item"), ("additionalProperties", "-value")):
        if isinstance(node.get(key), dict):
            out[key] = each(node[key], name + suffix)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in node:
            out[key] = [each(child, name) for child in node[key]]
    return out


def _free(name: str, taken: set[str]) -> str:
    candidates = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


def _key(node: Schema) -> str:
    return json.dumps(node, sort_keys=True)
