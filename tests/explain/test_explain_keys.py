"""Every key of a profile is explained: what it is, its type and default, and an example that is valid."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.components.catalogue import catalogue
from obsgen.explain.catalogue import explain
from obsgen.explain.keys import Key, Keys
from obsgen.explain.layout import flow
from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.source import load_text
from obsgen.source.scalars import resolve_plain

KEYS = Keys(catalogue())
HEAD = {"apiVersion": "obsgen.dev/v1alpha1", "kind": "Profile", "stack": "demo"}
VALIDATOR = jsonschema_rs.validator_for(KEYS.schema)


def has_an_example(key: Key) -> bool:
    """Whether some component of the role has such settings: its name must stand in the example."""
    settings = KEYS.schema["$defs"].get(
        {"modelServers": "ModelServer", "gpuExporter": "GpuExporter"}.get(key.path[0], "")
    )
    return "objectives" not in key.path or bool(settings and settings["properties"]["objectives"].get("examples"))


@pytest.mark.parametrize("key", [key for key in KEYS.all if has_an_example(key)], ids=str)
def test_the_example_of_every_key_is_valid(key: Key) -> None:
    profile = HEAD | KEYS.in_profile(key)
    assert VALIDATOR.is_valid(profile), next(VALIDATOR.iter_errors(profile), None)
    assert parse_profile(json.dumps(profile)).stack


def test_every_key_is_told_in_full() -> None:
    for key in KEYS.all:
        text = KEYS.text(key)
        assert text.startswith(f"{key}: a key of a profile\n\n{key.node['description'].split()[0]}")
        assert "\n  type  " in text
        assert "\n  example  " in text


def test_all_keys_are_there() -> None:
    paths = set(map(str, KEYS.all))
    assert {
        "stack",
        "prometheus.mode",
        "modelServers.runtime.type",
        "alerts.<name>.while.above",
        "prices.<name>.<name>.input",
    } <= paths
    assert {path.partition(".")[0] for path in paths} == Keys.top
    assert not any(path.startswith("environments.") for path in paths)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("prometheus.mode", ["prometheus.mode"]),
        ("alerts.for", ["alerts.<name>.for"]),
        ("alerts.MyAlert.for", ["alerts.<name>.for"]),
        ("scrapeInterval", ["prometheus.scrapeInterval"]),
        ("modelServers.chat.port", ["modelServers.port"]),
        ("environments.dev.prometheus.mode", ["prometheus.mode"]),
        ("environments.dev.modelServers.chat.port", ["modelServers.port"]),
        ("environments", ["environments"]),
        ("runtime.type", ["modelServers.runtime.type"]),
        ("prometheus.nothing", []),
        ("dashboards.x.y.title", []),
    ],
)
def test_keys_are_found_as_people_type_them(typed: str, found: list[str]) -> None:
    assert [str(key) for key in KEYS.found(typed)] == found


def test_a_key_shows_type_default_and_example() -> None:
    assert explain("longTerm.rule") == (
        "longTerm.rule: a key of a profile\n"
        "\n"
        "a ruler, for rules over the data of several clusters\n"
        "\n"
        "  type     true or false\n"
        "  default  false\n"
        "  example  longTerm: {objectStorage: {secret: demo}, rule: true}"
    )
    told = explain("grafana.delivery")
    assert "  type     one of sidecar, operator, provisioned, values\n  default  sidecar\n" in told
    assert "default  none, it must be written" in explain("modelServers.type")
    assert "type     a whole number" in explain("modelServers.portNumber")
    assert "default  false\n  example  kubernetes: {nodes: true}" in explain("kubernetes.nodes")


def test_a_mapping_lists_its_keys() -> None:
    text = explain("argocd.applications")
    assert "type     a list of: a mapping" in text
    assert [line.split()[0] for line in text.partition("\nkeys\n")[2].splitlines() if line[2] != " "] == [
        "name",
        "part",
        "component",
    ]


def test_a_name_that_many_keys_have_gives_a_list() -> None:
    lines = explain("description").splitlines()
    assert lines[0].startswith("alerts.<name>.description: ")
    lines = explain("key").splitlines()
    assert lines[0] == "keys of a profile"
    assert all(line.split()[0].endswith(".key") for line in lines[1:] if line[2] != " ")


def test_a_name_of_a_component_and_of_a_key_tells_both() -> None:
    component, key = explain("grafana").split("\n\n\n")
    assert component.startswith("grafana: Grafana, ")
    assert key.startswith("grafana: a key of a profile")


def test_a_misspelt_key_gives_the_nearest() -> None:
    with pytest.raises(InputError) as refused:
        explain("prometheus.mod")
    assert refused.value.findings[0].hint.startswith("did you mean 'prometheus.mode'?")


TEXTS = st.text("ab1:#{}[],&*!|>'\"%@`- ~?\\=.<_/", max_size=8) | st.sampled_from(
    ["yes", "no", "on", "null", "True", "12:30", "0x1F", "0777", "1_000", "8s", "90%", "https://x.org/y", "two words"]
)
VALUES = st.recursive(
    TEXTS.filter(lambda text: isinstance(resolve_plain(text), str | bool | None)) | st.booleans() | st.integers(-9, 99),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "type"]), inner, max_size=2),
    max_leaves=6,
)


@given(VALUES)
def test_values_are_written_so_that_yaml_reads_them_back(value: Any) -> None:
    (document,) = load_text(f"a: {{x: {flow(value)}, z: 1}}\n", "x.yaml")
    assert document.value == {"a": {"x": value, "z": 1}}
    assert not document.traps
