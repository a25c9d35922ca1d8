"""`obsgen validate` and `obsgen tools list` as they are typed: exit codes, what is data and what is talk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_support import Command, obsgen

from obsgen import tools
from obsgen.tools import Tool

__all__ = ["obsgen"]

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop}\n"


@pytest.fixture(autouse=True)
def no_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("obsgen.checks.runner.find", lambda _: None)


@pytest.mark.parametrize("path", [[], ["."], ["here"]])
def test_an_empty_folder_does_not_pass(path: list[str], tmp_path: Path, obsgen: Command) -> None:
    (tmp_path / "here").mkdir()
    ran = obsgen("validate", *path)
    assert (ran.code, ran.out) == (2, "")
    assert f"error[file/nothing]: nothing to check in {'here' if path == ['here'] else '.'}: " in ran.err
    assert ran.err.endswith("1 error.\n")


@pytest.mark.parametrize(
    ("folders", "told"),
    [((), "validating .\n"), (("out",), "validating out\n"), (("out", "argocd"), "validating out and argocd\n")],
)
def test_without_a_path_it_says_where_it_looks(
    folders: tuple[str, ...], told: str, tmp_path: Path, obsgen: Command
) -> None:
    for folder in folders or (".",):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "account.yaml").write_text(ACCOUNT.replace("shop", f"shop{len(folder)}"))
    ran = obsgen("validate")
    assert (ran.code, ran.err) == (0, told)
    assert obsgen("validate", "account.yaml" if not folders else "out").err == ""


def test_levels_that_had_nothing_to_judge_are_in_the_counts(tmp_path: Path, obsgen: Command) -> None:
    (tmp_path / "account.yaml").write_text(ACCOUNT)
    (tmp_path / "tests.yaml").write_text("rule_files: []\ntests: []\n")
    short, full = obsgen("validate", "."), obsgen("validate", "-v", ".")
    assert "structure 1/1, schema 1/1, signals –, path –\n" in short.out
    assert "not checked: 1 × promtool tests\n" in short.out
    assert "tests.yaml" not in short.out
    assert "  tests.yaml: promtool tests\n" in full.out
    levels = json.loads(obsgen("validate", "--format", "json", ".").out)["levels"]
    assert {one["name"] for one in levels if not one["judged"]} == {"signals", "path"}


def test_a_required_tool_that_is_absent_fails(tmp_path: Path, obsgen: Command) -> None:
    (tmp_path / "account.yaml").write_text(ACCOUNT)
    ran = obsgen("validate", "--tools", "require", ".")
    assert ran.code == 1
    assert "error[tool/missing]: kubeconform is required and absent" in ran.out
    ran = obsgen("validate", ".")
    assert ran.code == 0
    assert ran.out.endswith(" s.  obsgen tools install\n")


@pytest.mark.parametrize("present", [True, False])
def test_the_list_of_tools_ends_with_the_next_step(
    present: bool, obsgen: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        tools.ToolStatus(
            each.name, each.version, each.purpose, Tool(each.name, "1", Path("x"), "path") if present else None
        )
        for each in tools.catalogue()
    ]
    monkeypatch.setattr(tools, "catalogue", lambda: found)
    ran = obsgen("tools", "list")
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == [each.name for each in found]
    assert ran.err == f"Next: obsgen {'validate --tools require' if present else 'tools install'}\n"
