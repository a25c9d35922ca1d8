"""The stored schemas: complete, closed, as the index says, and found by kind."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from obsgen import schemas

ROOT = Path(__file__).parents[2]
DATA = ROOT / "obsgen" / "schemas" / "data"
INDEX: dict[str, dict[str, Any]] = json.loads((DATA / "index.json").read_bytes())
SOURCES = YAML(typ="safe").load(ROOT / "scripts" / "schemas" / "sources.yaml")
OPEN = "x-kubernetes-preserve-unknown-fields"


def subschemas(node: Any) -> list[tuple[str, dict[str, Any]]]:
    """Every schema in a file, found by its own walk: whatever stands where a schema may stand."""
    found = []
    for key, value in node.items():
        if key in ("properties", "definitions"):
            found += [(f"{key}/{name}", child) for name, child in value.items()]
        elif key in ("items", "additionalProperties", "not", "if", "then", "else") and isinstance(value, dict):
            found.append((key, value))
        elif key in ("anyOf", "oneOf", "allOf"):
            found += [(key, child) for child in value]
    return found + [(f"{route}/{below}", child) for route, inner in found for below, child in subschemas(inner)]


def is_closed(node: dict[str, Any]) -> bool:
    """Refuses unknown fields, or gives a schema for its values, or is marked as open, or only narrows another."""
    if {"$ref", "const", "anyOf"} & node.keys() or node.keys() == {"required"}:
        return True
    types = node.get("type", [])
    is_object = "object" in ([types] if isinstance(types, str) else types)
    limited = node.get("additionalProperties") is False or isinstance(node.get("additionalProperties"), dict)
    return bool(node.get(OPEN)) or (limited if is_object else bool(types))


def test_every_file_has_an_entry_and_every_entry_its_file() -> None:
    files = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*.json")} - {"index.json"}
    assert files == {entry["file"] for entry in INDEX.values()}


@pytest.mark.parametrize("name", INDEX)
def test_a_stored_schema_is_intact_closed_and_valid(name: str) -> None:
    entry = INDEX[name]
    content = (DATA / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert entry["source"]
    document = json.loads(content)
    jsonschema_rs.meta.validate(document)
    assert [route for route, node in [("", document), *subschemas(document)] if not is_closed(node)] == []
    api_version, _, kind = name.rpartition("/")
    assert document["properties"]["apiVersion"] == {"const": api_version}
    assert document["properties"]["kind"] == {"const": kind}


def test_the_walk_finds_open_objects() -> None:
    document = {"type": "object", "properties": {"a": {"items": {"type": ["object", "null"]}}}}
    assert [route for route, node in [("", document), *subschemas(document)] if not is_closed(node)] == [
        "", "properties/a", "properties/a/items",
    ]  # fmt: skip


def test_fields_that_hold_anything_are_few_and_known() -> None:
    counted = {name: entry["openFields"] for name, entry in INDEX.items() if "openFields" in entry}
    assert counted["grafana.integreatly.org/v1beta1/GrafanaDatasource"] == 2
    assert "monitoring.coreos.com/v1/ServiceMonitor" not in counted
    assert "monitoring.coreos.com/v1/PrometheusRule" not in counted


def test_the_index_agrees_with_the_sources() -> None:
    core = {f"{version}/{kind}" for version, kinds in SOURCES["core"]["kinds"].items() for kind in kinds}
    assert {name for name, entry in INDEX.items() if entry["source"] == "kubernetes-validate"} == core
    operators = {source["module"]: source["version"] for source in SOURCES["operators"]}
    found = {
        entry["source"]: entry["version"]
        for name, entry in INDEX.items()
        if name not in core and not entry.get("handWritten")
    }
    assert found == operators
    written = {path.relative_to(ROOT / "scripts/schemas/handwritten").with_suffix(".json").as_posix()
               for path in ROOT.glob("scripts/schemas/handwritten/*/*.yaml")}  # fmt: skip
    also = {"kustomize.config.k8s.io/component_v1alpha1.json"}
    assert {entry["file"] for entry in INDEX.values() if entry.get("handWritten")} == written | also


def test_lookup_takes_exact_names_only() -> None:
    found = schemas.lookup("apps/v1", "Deployment")
    assert found is not None
    assert (found.api_version, found.kind) == ("apps/v1", "Deployment")
    assert found is schemas.lookup("apps/v1", "Deployment")
    for api_version, kind in [
        ("apps/v1", "deployment"),
        ("apps", "Deployment"),
        ("../v1", "Pod"),
        ("", ""),
        ("v1", "Pods"),
    ]:
        assert schemas.lookup(api_version, kind) is None


def test_a_served_version_is_told_from_one_that_is_gone() -> None:
    old, new = (schemas.lookup(f"external-secrets.io/{version}", "ExternalSecret") for version in ("v1beta1", "v1"))
    assert old is not None
    assert new is not None
    assert old.facts["served"] is False
    assert "served" not in new.facts


@pytest.mark.parametrize(
    ("api_version", "kind", "hint"),
    [
        (
            "old/v1alpha1",
            "GrafanaFolder",
            "GrafanaFolder is known as grafana.integreatly.org/v1beta1, not as old/v1alpha1",
        ),
        ("extensions/v1beta1", "Ingress", "Ingress is known as networking.k8s.io/v1, not as extensions/v1beta1"),
        (
            "v1",
            "SecretStore",
            "SecretStore is known as external-secrets.io/v1 and external-secrets.io/v1beta1, not as v1",
        ),
        ("monitoring.coreos.com/v1", "ServiceMontior", "did you mean ServiceMonitor (monitoring.coreos.com/v1)?"),
        ("acme.dev/v1", "Widget", ""),
    ],
)
def test_a_kind_without_a_schema_gets_a_hint(api_version: str, kind: str, hint: str) -> None:
    assert schemas.lookup(api_version, kind) is None
    assert schemas.nearest(api_version, kind) == hint


def test_kubeconforms_template_leads_to_the_files() -> None:
    template = schemas.kubeconform_location()
    values = {"{{.Group}}": "apps", "{{.ResourceKind}}": "deployment", "{{.ResourceAPIVersion}}": "v1"}
    for field, value in values.items():
        assert field in template
        template = template.replace(field, value)
    assert Path(template).is_file()


def test_importing_reads_no_schema_and_loads_no_validator() -> None:
    code = "import sys, obsgen.schemas; sys.exit('jsonschema_rs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
