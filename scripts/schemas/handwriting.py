"""Reads the hand-written schemas: kinds whose API packages no registry serves, or that are no cluster objects.

Each file gives `apiVersion`, `kind`, `source` (where the facts come from) and `schema`: a structural schema as in a
CustomResourceDefinition, closed by the same rules. `{$core: Type}` stands for a Kubernetes type, `also` names further
kinds of the same form, and `file: true` marks what is a file of a tool and no cluster object: such files may leave out
their identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from closing import CLOSED, DRAFT, Schema, close, document
from core import Core
from ruamel.yaml import YAML


def read(path: Path, base: Core) -> Iterator[tuple[str, str, Schema, str]]:
    """apiVersion, kind, closed schema and source of each kind in one file."""
    written = YAML(typ="safe").load(path)
    closed = close(_with_types(written["schema"], base))
    for identity in [written, *written.get("also", [])]:
        api_version, kind = identity["apiVersion"], identity["kind"]
        if written.get("file"):
            schema = _file(api_version, kind, closed)
        else:
            schema = document(api_version, kind, closed, base.object_meta())
        yield api_version, kind, schema, written["source"]


def _file(api_version: str, kind: str, closed: Schema) -> Schema:
    # A key without a value counts as absent for the tools that read such files.
    fields = {name: {**node, "type": [node["type"], "null"]} for name, node in closed["properties"].items()}
    identity: Schema = {"apiVersion": {"const": api_version}, "kind": {"const": kind}}
    return {**closed, "$schema": DRAFT, "properties": {**fields, **identity}}


def _with_types(node: Any, base: Core) -> Any:
    """The same tree with Kubernetes types put in."""
    if isinstance(node, dict):
        if "$core" in node:
            return {CLOSED: base.whole(f"io.k8s.{node['$core']}")}
        return {key: _with_types(child, base) for key, child in node.items()}
    return node
