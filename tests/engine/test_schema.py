"""The profile's JSON Schema: it takes what renders, and marks what does not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from engine_support import ALPHA, HEAD, TEMPLATES, Command, findings, yaml
from hypothesis import given

from obsgen.profile.schema import json_schema

sys.path.append(str(Path(__file__).parents[1] / "properties"))
from random_profiles import Data, profiles

SCHEMA: dict[str, Any] = json.loads(json_schema([TEMPLATES]))


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema_rs.validator_for(SCHEMA)


def test_the_command_prints_it(obsgen: Command) -> None:
    ran = obsgen("schema")
    assert ran.code == 0
    assert json.loads(ran.out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_it_is_a_schema() -> None:
    assert jsonschema_rs.meta.is_valid(SCHEMA)


@given(profiles())
def test_what_renders_is_valid(data: Data) -> None:
    assert jsonschema_rs.validator_for(SCHEMA).is_valid(data), next(jsonschema_rs.iter_errors(SCHEMA, data))


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "modelServers: [{name: a, type: nothing}]\n",
        HEAD + "modelServers: [{name: a, type: probe}]\n",
        HEAD + "modelServers: {a: {type: alpha}}\n",
        HEAD + "modelServers: [{name: a, type: alpha, thresholds: {nothing: 1s}}]\n",
        HEAD + "grafana: {delivery: magic}\n",
        ALPHA + "grafanna: {}\n",
        ALPHA + "environments: {dev: {grafanna: {}}}\n",
        ALPHA + "environments: [dev]\n",
        ALPHA.replace("stack: demo\n", ""),
        ALPHA.replace("v1alpha1", "v9"),
    ],
)
def test_what_does_not_render_is_marked(text: str, validator: Any) -> None:
    assert findings(text)
    assert not validator.is_valid(yaml(text.encode()))


def test_every_key_that_a_person_may_write_is_there() -> None:
    assert {"stack", "modelServers", "gpuExporter", "environments", "argocd"} <= SCHEMA["properties"].keys()
    changes = SCHEMA["properties"]["environments"]["additionalProperties"]
    assert "modelServers" in changes["properties"]
    assert not {"stack", "templates", "dashboards", "environments"} & changes["properties"].keys()
