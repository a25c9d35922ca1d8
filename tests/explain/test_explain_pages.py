"""Every finding can be explained: each id that the code can give has a page, and each page an id."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import obsgen
from obsgen import explain

PACKAGE = Path(obsgen.__file__).parent
ID = re.compile(r"[a-z][a-z0-9]*/[a-z][a-z0-9-]*\Z")
GIVERS = {
    *("error", "Finding", "refusal", "refuse", "_refuse", "report", "_report", "_fault", "_finding"),
    *("_OperationError", "PydanticCustomError"),
}
"""Functions and classes whose first argument is an id."""
GROUPS = {check.partition("/")[0] for check in explain.ids()}
CHANGES = ["## Why this risk", "## What to look at"]
HEADINGS = ["## Why it hurts", "## Bad", "## Good", "## Fix", "## How certain"]


@cache
def given_ids() -> frozenset[str]:
    """Every id that the code can give."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = {text for node in nodes for text in _written(node)} | set(_composed(nodes))
    return frozenset(filter(ID.match, texts))


def _written(node: ast.AST) -> Iterator[str]:
    """Ids that stand in the code: given to a giver, or a text anywhere that begins with the name of a known group."""
    if isinstance(node, ast.Call) and _name(node.func) in GIVERS:
        yield from _texts(node.args[:1])
    elif isinstance(node, ast.Constant):
        yield from (text for text in _texts([node]) if text.partition("/")[0] in GROUPS)


def _composed(nodes: list[ast.AST]) -> Iterator[str]:
    """Ids of the form f"{group}/…", for every group that is handed to the two functions which make them."""
    calls = [node for node in nodes if isinstance(node, ast.Call) and _name(node.func) == "translate"]
    groups = {text for call in calls for text in _texts(call.args) if text.isalpha()}
    for node in nodes:
        first = node.values[0] if isinstance(node, ast.JoinedStr) else None
        if isinstance(node, ast.JoinedStr) and isinstance(first, ast.FormattedValue) and _name(first.value) == "group":
            yield from (group + tail for group in groups for tail in _texts(node.values[1:]))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize(
    "check",
    [
        *("yaml/syntax", "promql/comparison", "tool/missing", "file/missing"),
        *("tree/kind", "tree/unwritable", "kustomize/unsupported", "kustomize/bad-path", "component/sentence"),
        *("profile/unknown-key", "component/missing-key", "template/error", "profile/options"),
    ],
)
def test_the_scan_finds_ids_in_each_of_their_forms(check: str) -> None:
    assert check in given_ids()


def test_every_id_has_a_page() -> None:
    missing = given_ids() - set(explain.ids())
    assert not missing, f"write obsgen/explain/pages/<id>.md for: {', '.join(sorted(missing))}"


def test_every_page_has_an_id() -> None:
    assert set(explain.ids()) - given_ids() == set()


@pytest.mark.parametrize("check", explain.ids())
def test_pages_say_what_is_wrong_why_and_how_to_fix_it(check: str) -> None:
    text = explain.page(check)
    assert text is not None
    lines = text.splitlines()
    assert lines[0] == f"# {check}"
    assert len(lines[2]) > 20
    assert [line for line in lines if line.startswith("## ")] == HEADINGS
    assert text.count("```") == 4


@pytest.mark.parametrize("check", explain.ids())
def test_what_a_page_refers_to_is_there(check: str) -> None:
    prose = re.sub(r"```.*?```|`.*?`", "", explain.page(check) or "", flags=re.DOTALL)
    named = {found for found in re.findall(r"[a-z]+/[a-z][a-z0-9-]*", prose) if found.partition("/")[0] in GROUPS}
    assert named <= set(explain.ids())


@cache
def given_changes() -> frozenset[str]:
    """Every id of a change that the code can give."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((PACKAGE / "diff").rglob("*.py"))]
    texts = {text for tree in trees for node in ast.walk(tree) if isinstance(node, ast.expr) for text in _texts([node])}
    return frozenset(text for text in texts if text.startswith("change/") and ID.match(text))


def test_every_change_has_a_page() -> None:
    missing = given_changes() - set(explain.changes())
    assert not missing, f"write obsgen/explain/pages/<id>.md for: {', '.join(sorted(missing))}"


def test_every_page_of_a_change_has_an_id() -> None:
    assert set(explain.changes()) - given_changes() == set()


@pytest.mark.parametrize("change", explain.changes())
def test_pages_of_changes_say_what_they_mean_and_what_to_look_at(change: str) -> None:
    lines = (explain.page(change) or "").splitlines()
    assert lines[0] == f"# {change}"
    assert len(lines[2]) > 20
    assert [line for line in lines if line.startswith("## ")] == CHANGES


def test_an_unknown_id_has_no_page() -> None:
    assert explain.page("promql/nothing") is None
    assert explain.page("../promql/syntax") is None
