"""The JSON Schema of files of kind Facts, from which editors complete and check them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from obsgen import explain
from obsgen.components.catalogue import catalogue
from obsgen.facts.model import FactsFile
from obsgen.profile.schema import keys_of
from obsgen.suppression import fault_of
from obsgen.units import UNITS

Node = dict[str, Any]

_DURATION = {"pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "minLength": 2}
_DAY = {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_PLACES = ("object", "file", "alert")


def json_schema(templates: Sequence[Path] = ()) -> str:
    """The schema as text."""
    return json.dumps(full_schema(catalogue(templates).names), indent=2, ensure_ascii=False)


def full_schema(components: Iterable[str]) -> Node:
    """The keys with descriptions; these components are proposed, and others may run as well."""
    schema = keys_of(FactsFile, "Facts of obsgen")
    keys = {name: definition["properties"] for name, definition in schema["$defs"].items()}
    keys["Running"]["component"] |= {"anyOf": [{"enum": sorted(components)}, {"type": "string"}]}
    for key in ("scrapeInterval", "evaluationInterval"):
        keys["Monitoring"][key] |= _DURATION
    schema["properties"]["metrics"]["additionalProperties"] = False
    _metrics(schema["$defs"]["DeclaredMetric"])
    _allowed(schema["$defs"]["Allowed"])
    return schema


def _metrics(metric: Node) -> None:
    """Units that there are; buckets of histograms, and of nothing else."""
    metric["properties"]["unit"] |= {"enum": list(UNITS)}
    metric["if"] = {"properties": {"type": {"const": "histogram"}}}
    metric["then"] = {"required": ["buckets"], "properties": {"buckets": {"minItems": 1, "uniqueItems": True}}}
    metric["else"] = {"properties": {"buckets": {"maxItems": 0}}}


def _allowed(entry: Node) -> None:
    """Findings that may be allowed, at one place each."""
    entry["properties"]["id"] |= {"enum": [each for each in explain.ids() if fault_of(each) is None]}
    entry["properties"]["until"]["anyOf"][0] |= _DAY
    entry["oneOf"] = [{"required": [each], "properties": {each: {"type": "string"}}} for each in _PLACES]
