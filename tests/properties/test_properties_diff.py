"""Whatever changes is told, and nothing that has not changed."""

from __future__ import annotations

import copy
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from engine_support import as_yaml, objects, tree
from hypothesis import given, settings
from hypothesis import strategies as st
from random_profiles import Data, profiles

from obsgen.conventions import SERVICE_LABEL
from obsgen.diff.difference import Difference, difference
from obsgen.diff.model import Change, Key
from obsgen.diff.report import Options, render
from obsgen.diff.telling import told
from obsgen.diff.trees import Tree
from obsgen.pipeline import StackTree
from obsgen.tree import apply_all, plan

ROOT = Path(__file__).parents[2]
STACKS = sorted(path.name for path in (ROOT / "out").iterdir())
SILENT = ("obsgen.dev/checksum", "$comment")
"""Keys whose values say nothing by themselves."""


def side(label: str, folder: Path) -> Tree:
    return Tree(label, folder.resolve(), (folder.resolve(),))


def written(rendered: StackTree, folder: Path) -> Tree:
    """A stack as a render leaves it."""
    plans = [plan(folder / "out" / rendered.name, rendered.files)]
    apply_all([*plans, *([plan(folder / "argocd" / rendered.name, rendered.argocd)] if rendered.argocd else [])])
    return side(folder.name, folder)


def compared(old: StackTree, new: StackTree) -> Difference:
    with tempfile.TemporaryDirectory() as name:
        found = difference(written(old, Path(name, "old")), written(new, Path(name, "new")))
        for form in ("text", "markdown", "json", "github"):
            assert render(form, told(found), Options(verbose=True))
        return found


@given(profiles())
@settings(max_examples=10)
def test_a_tree_differs_in_nothing_from_itself(data: Data) -> None:
    rendered = tree(as_yaml(data))
    assert compared(rendered, rendered).changes == {}


@given(profiles(), profiles())
@settings(max_examples=15)
def test_every_object_that_differs_is_told(one: Data, other: Data) -> None:
    old, new = tree(as_yaml({**one, "stack": "same"})), tree(as_yaml({**other, "stack": "same"}))
    found = compared(old, new)
    owners = {spot.owner for change in found.changes for spot in change.covers}
    names = [name for each in found.changes if each.id.endswith("-renamed") for name in renamed_names(each)]
    for name in sorted({*old.environments} & {*new.environments}):
        before, after = (
            {each.identity: without_servers(each.object) for each in objects(side.environments[name])}
            for side in (old, new)
        )
        same = {neutral(each, names) for each in before.values()} & {neutral(each, names) for each in after.values()}
        for identity in sorted({*before, *after}):
            there = [neutral(each, names) for each in (before.get(identity), after.get(identity)) if each]
            if (len(there) == 2 and there[0] == there[1]) or all(each in same for each in there):
                continue  # but for names, of which that is told, and for the layout of expressions
            called = identity[1], neutral(identity[3], names)
            assert called in {(each.kind, neutral(each.name, names)) for each in owners if isinstance(each, Key)}, (
                identity
            )
    for name in {*old.environments} ^ {*new.environments}:
        assert any(change.subject == f"environment {name}" for change in found.changes)


def without_servers(value: Any) -> Any:
    """An object whose alerts' texts do not end with their server's name, which is there as long as there are others."""
    if isinstance(value, list):
        return [without_servers(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: without_servers(each) for key, each in value.items()}
    if "alert" in found:
        tail = f" ({found.get('labels', {}).get(SERVICE_LABEL)})"
        found["annotations"] = {key: text.removesuffix(tail) for key, text in found.get("annotations", {}).items()}
    return found


def renamed_names(change: Change) -> list[str]:
    """What something was called, and what it is called now: `namespace a` `is b now`, `a` `renamed from b`."""
    words = change.what.replace(":", " ").split()
    return [change.subject.split()[-1], *words[1:3]]


def neutral(value: Any, names: list[str]) -> str:
    """An object as a text that is equal whichever of the names it has, and however expressions are laid out."""
    text = re.sub(r"\\n|\s", "", json.dumps(value, sort_keys=True))
    for each in names:
        text = re.sub(rf"\b{re.escape(each)}\b", "?", text)
    return text


@cache
def committed(stack: str) -> Tree:
    return side("committed", ROOT / "out" / stack)  # read once; every example is held against it


@cache
def manifests(stack: str) -> list[Path]:
    folder = ROOT / "out" / stack / "base"
    return [path for path in sorted(folder.rglob("*.yaml")) if path.name != "kustomization.yaml"]


def scalars(value: Any, route: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The routes to all plain values of a document that say something."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from () if key in SILENT else scalars(inner, (*route, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from scalars(inner, (*route, index))
    elif route[:1] not in (("apiVersion",), ("kind",)) and not _names_group(route):
        yield route


def _names_group(route: tuple[Any, ...]) -> bool:
    """Whether a value is the name of a group of rules, by which nobody asks for anything."""
    return route[:2] == ("spec", "groups") and len(route) == 4 and route[3] == "name"


def other(value: Any) -> Any:
    """Another value of the same sort; an expression or a duration stays one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if value is None:
        return "something"
    return f"{value}x" if not value.endswith(("\n", "}")) else f"{value.rstrip()} or vector(7)"


def changed(document: Any, route: tuple[Any, ...], *, removed: bool) -> Any:
    """The document with another value at a route, or without it."""
    made = copy.deepcopy(document)
    owner = made
    for step in route[:-1]:
        owner = owner[step]
    if removed:
        del owner[route[-1]]
    else:
        owner[route[-1]] = other(owner[route[-1]])
    return made


@pytest.mark.parametrize("stack", STACKS)
@given(st.data())
@settings(max_examples=6)
def test_no_change_of_any_value_goes_untold(stack: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(manifests(stack)))
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    route = data.draw(st.sampled_from(list(scalars(document))))
    made = changed(document, route, removed=data.draw(st.booleans()))
    with tempfile.TemporaryDirectory() as name:
        copied = Path(name) / stack
        shutil.copytree(ROOT / "out" / stack, copied)
        (copied / path.relative_to(ROOT / "out" / stack)).write_text(json.dumps(made), encoding="utf-8")
        found = difference(committed(stack), side("changed", copied))
        assert found.changes, (path.name, route)
        assert told(found).lines
