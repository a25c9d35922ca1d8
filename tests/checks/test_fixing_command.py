"""`obsgen validate --fix` as it is typed: what is written, what is left alone, what a dry run prints."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_support import Command, obsgen

from obsgen.findings import Finding, Fix, Severity
from obsgen.fixing import RENDERED
from obsgen.repository import Repository

__all__ = ["obsgen"]


class _Renamed:
    """A check that knows one old name."""

    ID, LEVEL, SEVERITY = "signal/removed", 4, Severity.ERROR

    @staticmethod
    def check(repository: Repository) -> Iterator[Finding]:
        for expression in repository.expressions:
            text = expression.located.value
            for match in re.finditer(r"\bold_total\b", text):
                place = expression.place(match.start(), len(match[0]))
                fix = Fix(place, match[0], "new_total")
                yield Finding(
                    "signal/removed", Severity.ERROR, "old_total is gone", place, "ask for new_total", fix=fix
                )


RULES = """\
groups:
  - name: g   # a comment
    rules:
      - record: a
        expr: sum(rate(old_total[5m])) / sum(rate(old_total{a="b"}[5m]))
      - record: b
        expr: |
          sum(
            rate(old_total[5m])
          )
"""


@pytest.fixture
def folder(obsgen: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A folder with rules, whose only check knows one old name."""
    monkeypatch.setattr("obsgen.checks.runner.plain_checks", lambda: [_Renamed])
    monkeypatch.setattr("obsgen.checks.runner.tool_checks", list)
    Path("rules.yaml").write_text(RULES)
    board = {"title": "b", "panels": [{"id": 1, "type": "stat", "targets": [{"expr": 'old_total{a="b"}'}]}]}
    lines = json.dumps(board).replace("old", "\\u006fld")
    Path("map.yaml").write_text(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: b}}\ndata:\n  b.json: |\n    {lines}\n# end\n"
    )
    return obsgen


def test_fix_writes_the_files_and_reports_what_is_left(folder: Command) -> None:
    before = Path("map.yaml").read_text()
    ran = folder("validate", ".", "--fix")
    assert ran.code == 0
    assert "fixed rules.yaml:5:24: old_total → new_total\n" in ran.err
    assert "fixes made: 4, left: 0\n" in ran.err
    assert "no errors" in ran.out
    assert Path("rules.yaml").read_text() == RULES.replace("old_total", "new_total")
    assert Path("map.yaml").read_text() == before.replace("\\u006fld_total", "new_total")


def test_a_dry_run_prints_the_difference_and_writes_nothing(folder: Command) -> None:
    ran = folder("validate", ".", "--fix", "--dry-run")
    assert ran.code == 1
    assert ran.out.startswith("--- a/map.yaml\n+++ b/map.yaml\n")
    assert "-            rate(old_total[5m])\n+            rate(new_total[5m])\n" in ran.out
    assert ran.err.endswith("fixes made: 4, left: 0 (nothing was written)\n")
    assert Path("rules.yaml").read_text() == RULES
    Path("rules.diff").write_text(ran.out)
    subprocess.run(["git", "apply", "rules.diff"], check=True)
    assert Path("rules.yaml").read_text() == RULES.replace("old_total", "new_total")
    assert folder("validate", ".", "--fix", "--dry-run").code == 0


def test_what_is_allowed_is_not_fixed(folder: Command) -> None:
    allowed = RULES.replace("expr: |", "expr: |  # obsgen: allow signal/removed - both run for a week")
    Path("rules.yaml").write_text(allowed)
    assert "fixes made: 3, left: 0" in folder("validate", "rules.yaml", "map.yaml", "--fix").err
    assert Path("rules.yaml").read_text().count("old_total") == 1


def test_a_rendered_tree_is_left_to_its_profile(folder: Command) -> None:
    Path(".obsgen").mkdir()
    Path(".obsgen/record.json").write_text("{}")
    ran = folder("validate", ".", "--fix")
    assert ran.code == 1
    assert f"left alone: rules.yaml {RENDERED}\n" in ran.err
    assert ran.err.count("rules.yaml") == 1
    assert "fixes made: 0, left: 4" in ran.err
    assert Path("rules.yaml").read_text() == RULES
