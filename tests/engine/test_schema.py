"""The profile's JSON Schema: it takes what renders, and marks what does not."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from engine_support import ALPHA, HEAD, TEMPLATES, Command, findings, yaml
from hypothesis import given

from obsgen.components.catalogue import catalogue
from obsgen.profile.schema import json_schema

sys.path.append(str(Path(__file__).parents[1] / "properties"))
from random_profiles import Data, profiles

SCHEMA: dict[str, Any] = json.loads(json_schema([TEMPLATES]))
KNOWN = catalogue([TEMPLATES])
ROLES = {"modelServer": "ModelServer", "gpuExporter": "GpuExporter", "exporter": "Exporter", "provider": "Provider"}
PROJECT = Path(__file__).parents[2]
PROFILES = sorted((PROJECT / "profiles").glob("*.yaml"))
README = (PROJECT / "README.md").read_text()
DOCUMENTED = re.findall(r"^```yaml\n(apiVersion: obsgen[^\n]*\nkind: Profile\n.*?)^```", README, re.M | re.S)


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


@pytest.mark.parametrize("text", [*(path.read_text() for path in PROFILES), *DOCUMENTED])
def test_what_is_shipped_and_documented_is_valid(text: str, validator: Any) -> None:
    data = yaml(text.encode())
    assert validator.is_valid(data), next(validator.iter_errors(data))


MISTAKES = [
    ("kind: Profile", "kind: Profil"),
    ("stack: ", "stak: "),
    ("modelServers:", "modelServer:"),
    ("type: vllm", "type: vlmm"),
    ("thresholds: {", "thresholds: {nothing: 8s, "),
    ("environments:\n  dev:", "environments:\n  dev:\n    grafanna: {}"),
    ("environments:\n  dev:", "environments:\n  dev:\n    prometheus: {modes: existing}"),
    ("environments:\n  dev:", "environments:\n  dev:\n    stack: other"),
    ("repoURL: ", "repoUrl: "),
]


@pytest.mark.parametrize(("old", "new"), MISTAKES)
def test_a_mistake_in_a_shipped_profile_is_marked(old: str, new: str, validator: Any) -> None:
    having = [text for path in PROFILES if old in (text := path.read_text())]
    assert len(having) > 1, "the profiles have changed: adapt the mistake"
    for text in having:
        assert not validator.is_valid(yaml(text.replace(old, new, 1).encode()))


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ("{modelServers: {chat: {port: metrics}}}", True),
        ("{modelServers: {chat: null, other: {type: alpha}}}", True),
        ("{modelServers: {chat: {thresholds: {latencyP95: 3s}}}}", True),
        ("{grafana: null}", True),
        ("{}", True),
        ("null", True),
        ("{modelServers: {chat: {prt: metrics}}}", False),
        ("{modelServers: {chat: {thresholds: {latncyP95: 3s}}}}", False),
        ("{modelServers: [{type: alpha}]}", False),
        ("{grafana: {delivery: magic}}", False),
        ("{kubernetes: {nodes: 3}}", False),
    ],
)
def test_environments_repeat_the_keys(change: str, valid: bool, validator: Any) -> None:
    assert validator.is_valid(yaml(f"{ALPHA}environments: {{dev: {change}}}\n".encode())) == valid


def fields(node: Any, route: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every key that a schema describes, and what it says of it; conditions and what they add are no keys."""
    for name, inner in node.items() if isinstance(node, dict) else ():
        if name == "properties" and isinstance(inner, dict):
            yield from (((*route, key), each) for key, each in inner.items())
            for key, each in inner.items():
                yield from fields(each, (*route, key))
        elif name not in ("if", "examples", "default", "enum"):
            yield from fields(inner, (*route, name))
    for each in node if isinstance(node, list) else ():
        yield from fields(each, route)


def test_every_key_has_a_description() -> None:
    keys = list(fields(SCHEMA))
    assert len(keys) > 500
    assert [".".join(route) for route, node in keys if not node.get("description", "").strip()] == []


@pytest.mark.parametrize("name", KNOWN.names)
def test_the_settings_of_every_component_are_known(name: str) -> None:
    folder, settings = KNOWN.get(name), SCHEMA["$defs"][f"component-{name}"]["properties"]
    known = {
        "options": folder.component.options,
        "thresholds": folder.component.thresholds,
        "alerts": folder.alert_names,
    }
    assert {key: set(settings[key]["properties"]) for key in known} == {key: set(each) for key, each in known.items()}
    for limit, node in settings["thresholds"]["properties"].items():
        assert node["description"].startswith(folder.component.thresholds[limit].help)
        assert node["default"] == folder.component.thresholds[limit].default
    for option, node in settings["options"]["properties"].items():
        assert node["description"] == folder.component.options[option].help
        assert node.get("enum") == (list(folder.component.options[option].values or ()) or None)


@pytest.mark.parametrize(("role", "definition"), ROLES.items())
def test_types_are_told_apart(role: str, definition: str) -> None:
    names = [name for name in KNOWN.names if KNOWN.head(name).role == role]
    types = SCHEMA["$defs"][definition]["properties"]["type"]
    assert types["enum"] == names
    assert [text.partition(":")[0] for text in types["enumDescriptions"]] == [KNOWN.head(name).title for name in names]
    for name, condition in zip(names, SCHEMA["$defs"][definition]["allOf"], strict=True):
        assert condition["if"]["properties"]["type"] == {"const": name}
        assert condition["then"] == {"$ref": f"#/$defs/component-{name}"}


@pytest.mark.parametrize(
    ("server", "valid"),
    [
        ("type: alpha, thresholds: {latencyP95: 3s}", True),
        ("type: alpha, thresholds: {e2eLatencyP95: 3s}", False),
        ("type: vllm, thresholds: {e2eLatencyP95: 3s}", True),
        ("type: vllm, thresholds: {latencyP95: 3s}", False),
        ("type: vllm, alerts: {VllmDown: {for: 1m}}", True),
        ("type: vllm, alerts: {AlphaLatencyHigh: {for: 1m}}", False),
        ("type: alpha, options: {nothing: 1}", False),
    ],
)
def test_each_type_has_its_own_settings(server: str, valid: bool, validator: Any) -> None:
    data = yaml(f"{HEAD}modelServers: [{{name: chat, {server}}}]\n".encode())
    assert validator.is_valid(data) == valid, next(validator.iter_errors(data), None)


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
    changes, _null = SCHEMA["properties"]["environments"]["additionalProperties"]["anyOf"]
    assert "modelServers" in changes["properties"]
    assert not {"stack", "templates", "dashboards", "environments"} & changes["properties"].keys()
