"""The profile's JSON Schema, from which editors complete and check a profile, and explanations read its keys."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.profile.models import Profile
from obsgen.profile.schema_changes import add_changes
from obsgen.profile.schema_components import REF, Node, add_components

__all__ = ["REF", "Node", "full_schema", "json_schema", "keys_of"]

_SUCH_AS = re.compile(r"such as ([^\s,;:)}{]+(?:[:,][^\s,;)}{]+)*)")
"""An example in a description, one word."""


class _Untitled(GenerateJsonSchema):
    """Without titles that only repeat the keys."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def json_schema(templates: Sequence[Path] = ()) -> str:
    """The schema as text."""
    return json.dumps(full_schema(catalogue(templates)), indent=2, ensure_ascii=False)


def full_schema(known: Catalogue) -> Node:
    """Keys with descriptions, the components as types, each with its own settings, and what environments change."""
    schema = keys_of(Profile, "A profile of obsgen")
    add_components(schema, known.all())
    add_changes(schema)
    return schema


def keys_of(model: type[BaseModel], title: str) -> Node:
    """The schema of a model: its keys alone, whatever components there are, each with a description."""
    made = model.model_json_schema(by_alias=True, schema_generator=_Untitled)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": title}
    for definition in (schema, *schema["$defs"].values()):
        for node in definition.get("properties", {}).values():
            node.setdefault("description", _described(node, schema["$defs"]))
            named = _SUCH_AS.search(node["description"])
            if named and _is_text(node):
                node.setdefault("examples", [named[1]])
    return schema


def _is_text(node: Node) -> bool:
    return {each.get("type") for each in node.get("anyOf", [node])} <= {"string", "null"}


def _described(node: Node, definitions: Mapping[str, Node]) -> str:
    """The description of what a key holds, for a key that has none of its own."""
    inner = [node, *node.get("anyOf", ()), node.get("items", {}), node.get("additionalProperties") or {}]
    names = [part["$ref"].removeprefix(REF) for part in inner if isinstance(part, dict) and "$ref" in part]
    return next((definitions[name]["description"] for name in names if "description" in definitions[name]), "")
