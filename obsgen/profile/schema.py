"""The profile's JSON Schema, from which editors complete and check a profile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.profile.environments import EVERYWHERE, NOT_SETTINGS
from obsgen.profile.models import Profile

_ROLES = {
    "ModelServer": "modelServer",
    "GpuExporter": "gpuExporter",
    "Exporter": "exporter",
    "Provider": "provider",
    "Runtime": "modelServer",
}


def json_schema(templates: Sequence[Path] = ()) -> str:
    """The schema as text: component types as choices, environments with the profile's own keys."""
    known = catalogue(templates)
    schema = Profile.model_json_schema(by_alias=True)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    for model, role in _ROLES.items():
        definition = schema["$defs"][model]
        definition["properties"]["type"]["enum"] = [name for name in known.names if known.head(name).role == role]
        definition["properties"]["thresholds"]["propertyNames"] = {"enum": _thresholds(known, role)}
    schema["properties"]["environments"]["additionalProperties"] = _environment(schema)
    return json.dumps(schema, indent=2, ensure_ascii=False)


def _thresholds(known: Catalogue, role: str) -> list[str]:
    heads = [known.head(name) for name in known.names]
    return sorted({limit for head in heads if head.role == role for limit in head.thresholds})


def _environment(schema: dict[str, Any]) -> dict[str, Any]:
    """An environment: every key optional, null to remove, lists of named items also as mappings by name."""
    own = (*NOT_SETTINGS, *EVERYWHERE)
    properties = {name: _changeable(value) for name, value in schema["properties"].items() if name not in own}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _changeable(value: dict[str, Any]) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [{"type": "object"}, {"type": "null"}]
    return {"anyOf": [value, *choices]}
