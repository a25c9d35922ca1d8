"""Turns the structural schemas of CustomResourceDefinitions into closed JSON Schemas (draft 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
OPEN = "x-kubernetes-preserve-unknown-fields"
CLOSED = "$closed"

# What the API server enforces and JSON Schema can say; copied as it stands.
KEPT = (
    "type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "multipleOf",
    "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required",
    OPEN, "deprecated", "x-instead",
)  # fmt: skip
# Handled below, or without meaning for a file on disk. Any other keyword stops the conversion: nothing is lost unseen.
HANDLED = {
    "additionalProperties", "anyOf", "default", "description", "example", "exclusiveMaximum", "exclusiveMinimum",
    "format", "items", "nullable", "properties", "title", "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys", "x-kubernetes-list-type", "x-kubernetes-map-type",
    "x-kubernetes-validations",
}  # fmt: skip

# Formats become patterns, which every validator reads alike; ranges of integers (int32, ...) are left out.
_GROUP = r"(?:[A-Za-z0-9+/][\r\n]*)"
BASE64 = rf"^[\r\n]*(?:{_GROUP}{{4}})*(?:{_GROUP}{{2}}=[\r\n]*=[\r\n]*|{_GROUP}{{3}}=[\r\n]*)?$"
GO_DURATION = r"^[+-]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"
FORMATS: dict[str, Schema] = {
    "date-time": {"format": "date-time"},
    "byte": {"pattern": BASE64},
    "duration": {"pattern": GO_DURATION},
    "int32": {},
    "int64": {},
    "double": {},
}

_DEPRECATED = re.compile(r"\bDeprecated(?:[:.]| field)|^\w+ (?:is )?deprecated:", re.MULTILINE)
_INSTEAD = re.compile(r"\b(?:[Uu]se|using) ['`]?(\w[\w.\[\]]{2,})(?<![.])['`]?(?: instead|\.|$)", re.MULTILINE)


def close(node: Schema) -> Schema:
    """A closed copy of a structural schema: unknown keys are refused wherever the API server would prune them.

    A node `{CLOSED: schema}` stands for a schema that is closed already.
    """
    if CLOSED in node:
        return dict(node[CLOSED])
    unknown = node.keys() - HANDLED - set(KEPT)
    if unknown:
        raise ValueError(f"no rule for the schema keywords {sorted(unknown)}")
    out = {key: node[key] for key in KEPT if key in node}
    _types(node, out)
    _children(node, out)
    if "required" in out:
        # Defaults are filled in before validation: a required field that has one may be left out of a file.
        defaulted = {name for name, child in node.get("properties", {}).items() if "default" in child}
        out["required"] = sorted(set(out["required"]) - defaulted)
        if not out["required"]:
            del out["required"]
    rules = [{key: rule[key] for key in ("rule", "message") if key in rule} for rule in rules_of(node)]
    if rules:
        out["x-kubernetes-validations"] = rules
    out.update(deprecation(node.get("description", "")))
    return out


def _types(node: Schema, out: Schema) -> None:
    if node.get("x-kubernetes-int-or-string"):
        out["type"] = ["integer", "string"]
    elif "anyOf" in node:
        raise ValueError("anyOf is only known on int-or-string fields")
    out.update(FORMATS[node["format"]] if "format" in node else {})
    for side in ("Minimum", "Maximum"):
        if node.get(f"exclusive{side}"):
            out[f"exclusive{side}"] = out.pop(side.lower())
    if "pattern" in out:
        out["pattern"] = portable(out["pattern"])
    if node.get("x-kubernetes-list-type") == "set":
        out["uniqueItems"] = True
    if node.get("nullable"):
        out["type"] = [*_listed(out.get("type", [])), "null"]
        if "enum" in out:
            out["enum"] = [*out["enum"], None]


def portable(pattern: str) -> str:
    """A Go pattern in the dialect that all validators share: `(?i)` within a pattern is written out in full.

    It holds to the end of its group; inside it only letters, `|`, `(?:`, groups and classes of digits are known.
    """
    before, flag, after = pattern.partition("(?i)")
    if not flag:
        return pattern
    end = _group_end(after)
    inside = re.sub(r"[A-Za-z]", lambda letter: f"[{letter[0].lower()}{letter[0].upper()}]", after[:end])
    return portable(before + inside + after[end:])


def _group_end(text: str) -> int:
    """Where the group ends that was open when the text begins; the text's end if none was."""
    depth = 0
    for position, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return position
    return len(text)


def _children(node: Schema, out: Schema) -> None:
    if "items" in node:
        out["items"] = close(node["items"])
    if "properties" in node:
        out["properties"] = {name: close(child) for name, child in node["properties"].items()}
    values = node.get("additionalProperties")
    if isinstance(values, dict):
        out["additionalProperties"] = close(values)
    elif values is True:
        out[OPEN] = True
    elif node.get("type") == "object" and not node.get(OPEN):
        out["additionalProperties"] = False


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def rules_of(node: Schema) -> list[Schema]:
    """The CEL rules at one place of a schema."""
    rules: list[Schema] = node.get("x-kubernetes-validations", [])
    return rules


def deprecation(description: str) -> Schema:
    """The deprecation marks that a field's description asks for, with the field to use instead where it names one."""
    found = _DEPRECATED.search(description)
    if not found:
        return {}
    instead = _INSTEAD.search(description, found.start())
    if not instead:
        return {"deprecated": True}
    # Go names start with a capital, the fields they stand for do not.
    steps = [step[:1].lower() + step[1:] for step in instead[1].split(".")]
    return {"deprecated": True, "x-instead": ".".join(steps)}


def document(api_version: str, kind: str, schema: Schema, metadata: Schema) -> Schema:
    """A whole schema file: identity fixed, metadata closed, the rest as given.

    `schema` is closed already and describes an object; `metadata` replaces what it says about metadata.
    """
    properties = {
        **schema.get("properties", {}),
        "apiVersion": {"const": api_version},
        "kind": {"const": kind},
        "metadata": metadata,
    }
    required = sorted({*schema.get("required", []), "apiVersion", "kind", "metadata"})
    return {**schema, "$schema": DRAFT, "type": "object", "properties": properties, "required": required}


def walk(node: Any) -> Iterator[Schema]:
    """Every subschema of a closed schema, definitions included, itself first."""
    yield node
    for key in ("properties", "definitions"):
        for child in node.get(key, {}).values():
            yield from walk(child)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from walk(node[key])
    for key in ("anyOf", "oneOf", "allOf"):
        for child in node.get(key, []):
            yield from walk(child)
