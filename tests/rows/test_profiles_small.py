"""Little must be said: a stack that nobody described before, and the shipped profiles with required keys alone."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from log_rows import objects, told
from row_support import text_of
from tree_rows import profiles

from obsgen import pipeline
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile
from obsgen.profile.schema import json_schema
from obsgen.source import load_text

SIXTH = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: edge
modelServers:
  - {name: chat, type: sglang, namespace: edge, selector: {app: sglang}, port: http}
  - {name: small, type: llamacpp, namespace: edge, selector: {app: llama}, port: http}
gpuExporter: {type: dcgm}
kubernetes: {nodes: true}
prometheus: {selectorLabels: {release: monitoring}}
environments:
  lab: {cluster: {name: lab}, gpuExporter: null}
  site: {cluster: {name: site}, modelServers: {small: {thresholds: {queueLength: 2}}}}
"""
THINGS = ("modelServers", "applications", "exporters", "providers")
NEEDED = {"vllm-triton": ("logs",)}
"""What a component cannot do without: signals in log lines need to know where logs are."""


@cache
def rendered(text: str) -> StackTree:
    return pipeline.render(parse_profile(text))


@cache
def required() -> dict[str, list[str]]:
    """The required keys by the name of the model, of the profile itself too."""
    schema = json.loads(json_schema())
    return {"Profile": schema["required"], **{name: each.get("required", []) for name, each in schema["$defs"].items()}}


def cut(name: str) -> str:
    """A shipped profile with what runs where, and of all that the required keys alone."""
    profile = load_text(text_of(name), name)[0].value
    kept: dict[str, Any] = {key: profile[key] for key in (*required()["Profile"], *NEEDED.get(name, ()))}
    for things in THINGS:
        keys = ("type", *required()[things[0].upper() + things[1:-1]])
        kept[things] = [{key: each[key] for key in keys if key in each} for each in profile.get(things, [])]
    kept["gpuExporter"] = {"type": profile["gpuExporter"]["type"]}
    return json.dumps(kept)


def test_a_dozen_lines_watch_every_server_of_a_new_stack() -> None:
    tree = rendered(SIXTH)
    assert len(SIXTH.splitlines()) <= 12
    alerts = {name: {each.instance.name for each in made.alerts} for name, made in tree.environments.items()}
    assert alerts == {"lab": {"chat", "small", "kubernetes"}, "site": {"chat", "small", "gpu", "kubernetes"}}
    assert set(tree.environments) == {"lab", "site"}
    assert {each["metadata"]["name"] for each in objects(tree, "ServiceMonitor", "site")} == {"chat", "small", "gpu"}
    assert {"sglang", "llamacpp", "gpu", "infrastructure"} == {each.name for each in tree.boards}


@pytest.mark.parametrize(("server", "least"), [("chat", 6), ("small", 4)])
def test_what_it_tells_is_what_that_server_measures(server: str, least: int) -> None:
    tree = rendered(SIXTH)
    alerts = [each for each in tree.environments["site"].alerts if each.instance.name == server]
    assert len(alerts) >= least
    assert {each.severity for each in alerts} >= {"critical", "warning"}
    assert all(f"runbooks/{each.name}.md" in tree.files for each in alerts)
    assert all(f'job="{server}"' in each.expr or f'service="{server}"' in each.expr for each in alerts)


def test_an_environment_without_gpus_has_no_alert_on_them() -> None:
    lab = rendered(SIXTH).environments["lab"]
    assert not [each for each in lab.alerts if "DCGM" in each.expr]


def test_a_limit_of_one_environment_is_its_own() -> None:
    limits = {
        name: next(each.expr.split()[-1] for each in made.alerts if each.name == "LlamacppQueueGrowing")
        for name, made in rendered(SIXTH).environments.items()
    }
    assert limits == {"lab": "4", "site": "2"}


@pytest.mark.tools
@pytest.mark.parametrize("name", ["sixth", *profiles()])
def test_the_tree_is_clean(name: str, tmp_path: Path) -> None:
    found, _ = told(rendered(SIXTH if name == "sixth" else cut(name)), tmp_path)
    assert found == []


@pytest.mark.parametrize("name", profiles())
def test_required_keys_are_enough_for_something_useful(name: str) -> None:
    tree = rendered(cut(name))
    profile = load_text(cut(name), name)[0].value
    # An application is watched by the metrics that it declares, and here declares none.
    named = {each["name"]: each["type"] for things in THINGS if things != "applications" for each in profile[things]}
    alerts = {each.instance.name for each in tree.environments["prod"].alerts}
    drawn = {board.component for board in tree.boards}
    assert {name for name, type_ in named.items() if name not in alerts and type_ not in drawn} == set()
    assert alerts
    assert tree.base.stack.assumptions


@pytest.mark.parametrize("name", profiles())
def test_what_was_left_out_is_told_with_its_key(name: str) -> None:
    assumed = rendered(cut(name)).base.stack.assumptions
    assert [each for each in assumed if not each.endswith(")")] == []
    assert any("(version)" in each for each in assumed)
