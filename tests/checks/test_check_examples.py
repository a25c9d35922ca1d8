"""Every check against its folder of examples: `ok` is silent, `bad` gives exactly the lines of its file EXPECTED.

A new folder `<group>_<name>/{ok,bad}` under `examples` is a new test.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from obsgen.checks import ToolMode, validate
from obsgen.checks.discovery import plain_checks, tool_checks
from obsgen.tools import Tool

EXAMPLES = Path(__file__).with_name("examples")
PLAIN = [check.ID for check in plain_checks()]
TOOLS = {check.ID: check.TOOL for check in tool_checks()}
ALWAYS_TOLD_BEFORE = {"tool/kubeconform"}
"""Its schemas are those of schema/invalid, which speaks first."""


def folder(check: str) -> Path:
    return EXAMPLES / check.replace("/", "_").replace("-", "_")


def found(path: Path, tools: ToolMode) -> list[str]:
    return [
        f"{Path(finding.place.file).relative_to(path)}:{finding.place.line}:{finding.place.column} {finding.id}"
        for finding in validate([path], tools).findings
    ]


def expected(check: str) -> list[str]:
    return (folder(check) / "bad" / "EXPECTED").read_text(encoding="utf-8").splitlines()


def test_every_check_has_examples_and_every_example_a_check() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == {folder(check).name for check in (*PLAIN, *TOOLS)}


@pytest.mark.parametrize("check", sorted({*PLAIN, *TOOLS} - ALWAYS_TOLD_BEFORE))
def test_bad_examples_are_bad_for_their_check(check: str) -> None:
    assert any(line.endswith(f" {check}") for line in expected(check))


@pytest.mark.parametrize("check", PLAIN)
def test_bad_examples_give_what_is_expected(check: str) -> None:
    assert found(folder(check) / "bad", "off") == expected(check)


@pytest.mark.parametrize("check", PLAIN)
def test_ok_examples_are_silent(check: str) -> None:
    assert [line for line in found(folder(check) / "ok", "off") if line.endswith(f" {check}")] == []


@pytest.mark.tools
@pytest.mark.parametrize("check", sorted(TOOLS))
def test_examples_of_real_tools(check: str, real_tool: Callable[[str], Tool]) -> None:
    assert real_tool(TOOLS[check]).name == TOOLS[check]
    assert found(folder(check) / "bad", "auto") == expected(check)
    assert found(folder(check) / "ok", "require") == []


def test_modules_say_what_they_are() -> None:
    for check in (*plain_checks(), *tool_checks()):
        group, name = getattr(check, "__name__", "").rsplit(".", 2)[-2:]
        assert f"{group}_{name.removesuffix('_')}" == folder(check.ID).name  # `for` is a word of Python's
        assert check.LEVEL in (1, 2, 3, 4, 5, 6)
        assert (check.LEVEL == 6) == (check.ID in TOOLS)
