"""Every finding can be explained: each id that the code can give has a page, and each page an id."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import obsgen
from obsgen import explain

PACKAGE = Path(obsgen.__file__).parent
ID = re.compile(r"[a-z][a-z0-9]*/[a-z][a-z0-9-]*\Z")
GIVERS = {"error", "Finding", "_refuse", "_report", "report", "refuse", "_fault", "_finding"}
COMPLETE = {"dashboard", "file", "json", "object", "promql", "rules", "schema", "tool", "yaml"}
"""The groups whose pages are all written."""
HEADINGS = ["## Why it hurts", "## Bad", "## Good", "## Fix", "## How certain"]


def given_ids() -> Iterator[tuple[str, str]]:
    """Every id that is written in the code as one, and where."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for value in _candidates(node):
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and ID.match(value.value):
                    yield value.value, f"{path.relative_to(PACKAGE.parent)}:{value.lineno}"


def _candidates(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return node.args[:1] if name in GIVERS else []
    if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["ID"]:
        return [node.value]
    return []


def test_the_scan_finds_ids() -> None:
    found = {check for check, _ in given_ids()}
    assert {"yaml/syntax", "promql/comparison", "tool/missing", "file/missing"} <= found


def test_every_id_has_a_page() -> None:
    missing = {
        f"{check} (given at {place})"
        for check, place in given_ids()
        if check not in explain.ids() and (check.partition("/")[0] in COMPLETE or "/checks/" in place)
    }
    assert not missing, f"write obsgen/explain/pages/<id>.md for: {', '.join(sorted(missing))}"


def test_every_page_has_an_id() -> None:
    known = {check for check, _ in given_ids()}
    unknown = [check for check in explain.ids() if check.partition("/")[0] in COMPLETE and check not in known]
    assert unknown == []


@pytest.mark.parametrize("check", explain.ids())
def test_pages_say_what_is_wrong_why_and_how_to_fix_it(check: str) -> None:
    text = explain.page(check)
    assert text is not None
    lines = text.splitlines()
    assert lines[0] == f"# {check}"
    assert len(lines[2]) > 20
    assert [line for line in lines if line.startswith("## ")] == HEADINGS
    assert text.count("```") == 4


def test_an_unknown_id_has_no_page() -> None:
    assert explain.page("promql/nothing") is None
    assert explain.page("../promql/syntax") is None
