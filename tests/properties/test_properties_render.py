"""Whatever a valid profile says: it renders, and what is rendered holds together."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

import yaml as pyyaml
from engine_support import as_yaml, objects, panels, rules, tree
from hypothesis import example, given
from hypothesis import strategies as st
from promql_parser import parse as parse_promql
from random_profiles import Data, profiles

from obsgen.pipeline import StackTree
from obsgen.promql.grafana import parse_templated, variable_parts
from obsgen.promql.template import read_template
from obsgen.source import load_text


def texts_of(rendered: StackTree) -> Iterator[tuple[str, str]]:
    """Every file as text, by path."""
    for path, data in {**rendered.files, **{f"argocd/{name}": each for name, each in rendered.argocd.items()}}.items():
        yield path, data.decode()


@given(profiles())
def test_every_expression_and_every_template_can_be_read(data: Data) -> None:
    rendered = tree(as_yaml(data))
    for each in (rendered.base, *rendered.environments.values()):
        for rule in rules(each):
            assert parse_promql(rule["expr"])
            for text in (*rule.get("labels", {}).values(), *rule.get("annotations", {}).values()):
                assert not read_template(text).problems
    for board in rendered.boards:
        for panel in panels(board.json):
            for target in panel.get("targets", ()):
                assert parse_templated(target["expr"])
        for variable in board.json["templating"]["list"]:
            for part in variable_parts(variable.get("definition", "")):
                assert parse_templated(part.text)


@given(profiles())
def test_every_yaml_file_means_the_same_to_readers_of_1_2_and_1_1(data: Data) -> None:
    for path, text in texts_of(tree(as_yaml(data))):
        if path.endswith(".yaml"):
            (document,) = load_text(text, path)
            assert document.traps == ()
            assert pyyaml.safe_load(text) == document.value


@given(profiles())
def test_objects_are_told_apart_and_say_where_they_come_from(data: Data) -> None:
    rendered = tree(as_yaml(data))
    for name, each in rendered.environments.items():
        found = objects(each)
        assert len({one.identity for one in found}) == len(found)
        for one in found:
            labels = one.object["metadata"]["labels"]
            assert labels["app.kubernetes.io/part-of"] == data["stack"]
            assert labels["obsgen.dev/environment"] == name
            assert all(isinstance(value, str) and len(value) <= 63 for value in labels.values())


_NOTHING_LEFT = {
    "apiVersion": "obsgen.dev/v1alpha1",
    "kind": "Profile",
    "stack": "demo",
    "modelServers": [{"name": "chat", "type": "beta"}],
    "environments": {"dev": {"cluster": {"name": "cluster-dev"}, "modelServers": {"chat": None}}},
}


@given(profiles())
@example(_NOTHING_LEFT)
def test_overlays_hold_patches_only_for_what_differs(data: Data) -> None:
    rendered = tree(as_yaml(data))
    base = {one.identity: one.object for one in objects(rendered.base)}
    for name, each in rendered.environments.items():
        # A part that an environment has nothing of is left out as a whole.
        parts = {one.part for one in objects(each)}
        left_out = {one.identity for one in objects(rendered.base) if one.part not in parts}
        changed = {
            _kind_and_name(one.identity) for one in objects(each) if _plain(one.object) != base.get(one.identity)
        }
        changed |= {_kind_and_name(gone) for gone in base.keys() - left_out - {one.identity for one in objects(each)}}
        folder = f"overlays/{name}/"
        extra = {path for path in rendered.files if path.startswith(folder) and not path.endswith("kustomization.yaml")}
        assert bool(extra) == bool(changed)
        for path in extra:
            assert any(path.rpartition("/")[2].startswith((f"patch-{one}", one)) for one in changed)


def _kind_and_name(identity: tuple[str, ...]) -> str:
    return f"{identity[1]}-{identity[3]}".lower()


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """An object without its environment's label."""
    labels = {k: v for k, v in value["metadata"]["labels"].items() if k != "obsgen.dev/environment"}
    return {**value, "metadata": {**value["metadata"], "labels": labels}}


@given(profiles(), st.randoms(use_true_random=False))
def test_the_order_of_keys_says_nothing(data: Data, order: random.Random) -> None:
    assert dict(texts_of(tree(as_yaml(_shuffled(data, order))))) == dict(texts_of(tree(as_yaml(data))))


def _shuffled(value: Any, order: random.Random) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: _shuffled(value[key], order) for key in keys}
    return [_shuffled(item, order) for item in value] if isinstance(value, list) else value
