"""What an environment may say, derived from the profile's own JSON Schema: every key optional, null to remove."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen.profile.environments import EVERYWHERE, NOT_OF_HUB, NOT_SETTINGS
from obsgen.profile.schema_components import REF, Node

_CHANGED = "Changed"
"""Begins the name of a definition that says what may be changed of another one."""
_NULL = {"type": "null"}
_WHOLE_ONLY = frozenset(("required", "default", "examples", "minProperties"))
"""What holds for whole mappings, and not for changes of them."""


_VALUES = {"ClusterEntry": ("cluster", "argocd"), "Hub": ("cluster", *NOT_OF_HUB)}
"""What holds changes besides environments, and the keys that they may not change."""


def add_changes(schema: Node) -> None:
    """Lets environments repeat the profile's keys; of named things in lists they may speak by name."""
    own = (*NOT_SETTINGS, *EVERYWHERE)
    settings = {name: node for name, node in schema["properties"].items() if name not in own}
    changed = {_CHANGED + name: _change(node, schema["$defs"]) for name, node in schema["$defs"].items()}
    environment = _change({"type": "object", "properties": settings, "additionalProperties": False}, schema["$defs"])
    schema["$defs"] |= {name: node for name, node in changed.items() if name in _reached(environment, changed)}
    schema["properties"]["environments"]["additionalProperties"] = {"anyOf": [environment, _NULL]}
    for holder, without in _VALUES.items():
        values = schema["$defs"][holder]["properties"]["values"]
        kept = {name: node for name, node in environment["properties"].items() if name not in without}
        described = {"description": values["description"]} if "description" in values else {}
        allowed = {**environment, "properties": kept}
        schema["$defs"][holder]["properties"]["values"] = {**described, "anyOf": [allowed, _NULL]}


def _change(node: Node, definitions: Node) -> Node:
    """What may stand where an environment changes a part."""
    kept = {key: value for key, value in node.items() if key not in _WHOLE_ONLY}
    for key in ("properties", "patternProperties"):
        if key in kept:
            kept[key] = {name: _removable(inner, definitions) for name, inner in kept[key].items()}
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = _removable(kept["additionalProperties"], definitions)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in kept:
            parts = [_change(part, definitions) for part in kept.pop(key) if "if" not in part]
            kept["anyOf" if key == "oneOf" else key] = parts
    if "$ref" in kept:
        kept["$ref"] = kept["$ref"].replace(REF, REF + _CHANGED)
    if not kept.get("allOf", True):
        del kept["allOf"]
    return _by_name(kept, definitions) if kept.get("type") == "array" else kept


def _removable(node: Node, definitions: Node) -> Node:
    """A changed part, or null; its description stays where editors look for it."""
    described = {"description": node["description"]} if "description" in node else {}
    changed = _change({key: value for key, value in node.items() if key not in described}, definitions)
    return described | {"anyOf": [changed, _NULL]}


def _by_name(node: Node, definitions: Node) -> Node:
    """A list, whole; one of named things also as a mapping from names to changes."""
    reference = node["items"].get("$ref", "")
    if "name" not in definitions.get(reference.removeprefix(REF), {}).get("properties", {}):
        return node
    change = {"$ref": reference.replace(REF, REF + _CHANGED)}
    return {"anyOf": [node, {"type": "object", "additionalProperties": {"anyOf": [change, _NULL]}}]}


def _reached(node: Any, definitions: Node) -> set[str]:
    """The definitions that a schema refers to, and those that they refer to."""
    found: set[str] = set()
    ahead = [node]
    while ahead:
        names = {name for name in _references(ahead.pop()) if name in definitions} - found
        found |= names
        ahead += [definitions[name] for name in names]
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(REF)
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from _references(inner)
