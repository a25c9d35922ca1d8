"""The JSON Schema of facts: it takes what validation takes, and marks what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from engine_support import Command, obsgen

from obsgen.components.catalogue import catalogue
from obsgen.facts import facts_in
from obsgen.facts.schema import full_schema
from obsgen.source import Document, load_text

__all__ = ["obsgen"]

PROJECT = Path(__file__).parents[2]
HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Facts\n"
SCHEMA: dict[str, Any] = full_schema(catalogue().names)
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.M | re.S)


def _documents() -> dict[str, str]:
    """Every file of kind Facts in tests, and every one that is printed in the README and on pages."""
    files = [path for path in (PROJECT / "tests").rglob("*.yaml") if "\nkind: Facts\n" in path.read_text()]
    pages = [PROJECT / "README.md", *(PROJECT / "obsgen/explain/pages").rglob("*.md")]
    printed = [(path, block) for path in pages for block in _BLOCK.findall(path.read_text()) if "kind: Facts" in block]
    found = {str(path.relative_to(PROJECT)): path.read_text() for path in files}
    return found | {f"{path.relative_to(PROJECT)}-{n}": block for n, (path, block) in enumerate(printed)}


DOCUMENTS = _documents()


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema_rs.validator_for(SCHEMA)


def facts_of(text: str) -> list[Document]:
    """The documents of kind Facts in a text; each example of a page that names its files is one of several."""
    found = [each for part in re.split(r"^# \S+\.yaml\n", text, flags=re.M) for each in load_text(part, "facts.yaml")]
    return [each for each in found if isinstance(each.value, dict) and each.value.get("kind") == "Facts"]


def test_the_command_prints_it(obsgen: Command) -> None:
    ran = obsgen("schema", "--facts")
    assert ran.code == 0
    assert json.loads(ran.out) == SCHEMA


def test_it_is_a_schema() -> None:
    assert jsonschema_rs.meta.is_valid(SCHEMA)
    assert SCHEMA["title"] == "Facts of obsgen"


def test_there_are_many_facts_to_try() -> None:
    assert len(DOCUMENTS) > 30
    assert any(name.startswith("README.md") for name in DOCUMENTS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_shipped_is_judged_as_validation_does(name: str, validator: Any) -> None:
    for document in facts_of(DOCUMENTS[name]):
        faults = facts_in(document)[1]
        assert validator.is_valid(document.value) is not bool(faults)
        assert not faults or "/pages/facts/" in name, "only pages about faults have some"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "servers: [{component: vllm, versions: 0.12}]",
        "servers: [{component: oven, versions: ['1.0', '1.1'], options: {fan: true}, exported: [model]}]",
        "prometheus: {selectorLabels: {release: main}, scrapeInterval: 1m30s, externalLabels: [cluster]}",
        "boards: {label: grafana_dashboard, value: '1'}",
        "metrics: {shop_total: {type: counter, labels: [route]}, 'shop:seconds': {type: gauge, unit: seconds}}",
        "metrics: {shop_seconds: {type: histogram, unit: seconds, buckets: [0.1, 1]}}",
        "secrets: [monitoring/keys]",
        "allow: [{id: promql/comparison, alert: Heartbeat, reason: meant to fire, until: '2027-01-31'}]",
        "allow: [{id: route/nobody, file: rules/*.yaml, object: null, reason: told by mail}]",
    ],
)
def test_what_can_be_read_is_valid(text: str, validator: Any) -> None:
    (document,) = facts_of(HEAD + text)
    assert facts_in(document)[1] == []
    assert validator.is_valid(document.value), next(validator.iter_errors(document.value))


@pytest.mark.parametrize(
    "text",
    [
        "serverz: []",
        "servers: [{version: 1}]",
        "servers: [{name: chat}]",
        "servers: [{component: vllm, exported: [bad-label]}]",
        "prometheus: {mode: somehow}",
        "prometheus: {scrapeInterval: 5 parsecs}",
        "prometheus: {evaluationInterval: '30'}",
        "prometheus: {selectorLabels: [release]}",
        "metrics: {shop_seconds: {type: histogram}}",
        "metrics: {shop_total: {type: counter, buckets: [1]}}",
        "metrics: {shop_total: {type: conter}}",
        "metrics: {shop_total: {type: counter, unit: parsecs}}",
        "metrics: {shop-total: {type: counter}}",
        "secrets: [keys]",
        "allow: [{id: promql/comparison, alert: Heartbeat}]",
        "allow: [{id: promql/comparision, alert: Heartbeat, reason: meant to fire}]",
        "allow: [{id: yaml/syntax, alert: Heartbeat, reason: meant to fire}]",
        "allow: [{id: promql/comparison, reason: meant to fire}]",
        "allow: [{id: promql/comparison, alert: Heartbeat, file: a.yaml, reason: meant to fire}]",
        "allow: [{id: promql/comparison, alert: Heartbeat, reason: meant to fire, until: soon}]",
    ],
)
def test_what_cannot_be_read_is_marked(text: str, validator: Any) -> None:
    (document,) = facts_of(HEAD + text)
    assert facts_in(document)[1]
    assert not validator.is_valid(document.value)


@pytest.mark.parametrize("line", HEAD.splitlines())
def test_a_file_says_what_it_is(line: str, validator: Any) -> None:
    (document,) = load_text(HEAD.replace(f"{line}\n", "") + "servers: []\n", "facts.yaml")
    assert not validator.is_valid(document.value)


def test_every_key_is_described_and_components_are_proposed() -> None:
    definitions = [SCHEMA, *SCHEMA["$defs"].values()]
    keys = {name: key for each in definitions for name, key in each.get("properties", {}).items()}
    assert [name for name, key in keys.items() if name not in ("apiVersion", "kind") and not key["description"]] == []
    proposed = SCHEMA["$defs"]["Running"]["properties"]["component"]["anyOf"][0]["enum"]
    assert proposed == sorted(catalogue().names)
