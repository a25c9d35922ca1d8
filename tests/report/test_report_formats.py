"""Reports for people, programs and GitHub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.checks import Counts, LevelCount, Report, ToolUse
from obsgen.checks.files import Unread
from obsgen.findings import Finding, Place, Severity
from obsgen.report import Options, formats, render
from obsgen.report.printable import printable, width
from obsgen.report.text import MOST_OF_ONE_CHECK, findings_text

SOURCE = "first: line\nexpr: sum(rate(x)\n\ttabbed: \x1b[31mred\n名前: wide\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(SOURCE, encoding="utf-8")
    return "rules.yaml"


def finding(place: Place, severity: Severity = Severity.ERROR, hint: str = "close it") -> Finding:
    return Finding("promql/syntax", severity, "'(' is never closed", place, hint)


def text(*findings: Finding, verbose: bool = True) -> list[str]:
    return findings_text(findings, Options(verbose=verbose)).splitlines()


def test_a_finding_shows_its_line_a_caret_and_the_hint(file: str) -> None:
    assert text(finding(Place(file, 2, 10, 4))) == [
        "rules.yaml:2:10: error[promql/syntax]: '(' is never closed",
        "    2 | expr: sum(rate(x)",
        "      |          ^^^^ close it",
    ]


def test_further_lines_of_a_hint_stand_below(file: str) -> None:
    assert text(finding(Place(file, 2, 10, 1), hint="one\ntwo"))[2:] == ["      |          ^ one", "      | two"]


def test_carets_end_where_the_line_ends(file: str) -> None:
    assert text(finding(Place(file, 2, 17, 40)))[2] == "      |                 ^ close it"


def test_a_finding_about_a_whole_file_shows_no_line(file: str) -> None:
    assert text(finding(Place(file))) == [
        "rules.yaml:1:1: error[promql/syntax]: '(' is never closed",
        "      | close it",
    ]


@pytest.mark.parametrize("place", [Place("rules.yaml", 99, 1, 3), Place("gone.yaml", 1, 5, 3)])
def test_a_line_that_is_not_there_is_left_out(place: Place, file: str) -> None:
    assert text(finding(place))[1:] == ["      | close it"]


def test_control_characters_are_shown_and_keep_the_columns(file: str) -> None:
    line, caret = text(finding(Place(file, 3, 10, 4)))[1:3]
    assert line == "    3 |  tabbed: ␛[31mred"
    assert caret.index("^") == line.index("␛")


def test_wide_characters_are_counted_as_two(file: str) -> None:
    line, caret = text(finding(Place(file, 4, 5, 4)))[1:3]
    assert width(line[: line.index("wide")]) == caret.index("^")


def test_long_lines_are_cut_around_the_place(tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    path.write_text("x" * 5000 + "HERE" + "y" * 5000, encoding="utf-8")
    line, caret = text(finding(Place(str(path), 1, 5001, 4)))[1:3]
    assert len(line) < 200
    assert line[caret.index("^") :].startswith("HERE")


def test_only_the_first_findings_of_a_check_are_shown_and_no_infos(file: str) -> None:
    many = [finding(Place(file, 2, column)) for column in range(1, MOST_OF_ONE_CHECK + 4)]
    info = finding(Place(file, 1, 2), Severity.INFO)
    short, full = text(*many, info, verbose=False), text(*many, info)
    assert short[-1] == "and 3 more of promql/syntax (-v shows all)"
    assert sum("error[" in line for line in short) == MOST_OF_ONE_CHECK
    assert sum("error[" in line for line in full) == len(many)
    assert not any("info[" in line for line in short)
    assert any("info[" in line for line in full)


REPORT = Report(
    findings=(finding(Place("a.yaml", 2, 3, 4)), finding(Place("b,:.yaml", 1, 1), Severity.INFO, hint="50% of\nit")),
    levels=(
        LevelCount(1, "structure", 5, 0, 1),
        LevelCount(3, "queries", 21, 1, 2),
        LevelCount(4, "signals", 0, 0, judged=False),
        LevelCount(5, "path", 0, 0, judged=False),
        LevelCount(6, "tools", 0, 0, 2),
    ),
    tools=(ToolUse("kustomize", "5.8.2"), ToolUse("promtool", None, "absent: obsgen tools install promtool")),
    counts=Counts(files=6, objects=14, rules=9, panels=1),
    unread=(Unread("chart/templates/a.yaml", "Helm template"),),
    seconds=0.123,
)


def test_the_summary_counts_what_was_checked_and_what_was_not() -> None:
    lines = render("text", REPORT).splitlines()
    assert lines[-4:] == [
        "checked 14 objects, 9 rules, 1 panel in 6 files: structure 5/5, queries 20/21, signals –, path –",
        "not checked: 1 × Helm template; 2 queries in other languages",
        "tools: kustomize 5.8.2 ✓  promtool – absent: obsgen tools install promtool",
        "1 error, no warnings, 1 note (-v lists them) in 0.1 s.  obsgen explain promql/syntax",
    ]
    verbose = render("text", REPORT, Options(verbose=True)).splitlines()
    assert "  chart/templates/a.yaml: Helm template" in verbose
    assert [line.partition(" (")[0] for line in verbose if "judged" in line] == [
        "not judged by this version: signals and path"
    ]


@pytest.mark.parametrize(
    ("note", "findings", "last"),
    [
        ("absent: obsgen tools install promtool", (), "no errors, no warnings in 0.0 s.  obsgen tools install"),
        ("switched off", (), "no errors, no warnings in 0.0 s."),
        (
            "absent: obsgen tools install promtool",
            (finding(Place("a.yaml")),),
            "1 error, no warnings in 0.0 s.  obsgen explain promql/syntax",
        ),
    ],
)
def test_the_last_line_names_the_next_step(note: str, findings: tuple[Finding, ...], last: str) -> None:
    report = Report(findings, tools=(ToolUse("promtool", None, note), ToolUse("kustomize", "5.8.2")))
    assert render("text", report).splitlines()[-1] == last


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[" not in render("text", REPORT)
    assert "\x1b[" in render("text", REPORT, Options(colour=True))


def test_json_has_a_version_and_sorted_keys() -> None:
    document = json.loads(render("json", REPORT), object_pairs_hook=lambda pairs: (list(pairs), dict(pairs))[1])
    assert document["schemaVersion"] == 1
    assert list(document) == sorted(document)
    assert document["findings"][0] == {
        "id": "promql/syntax", "severity": "error", "message": "'(' is never closed", "hint": "close it",
        "file": "a.yaml", "line": 2, "column": 3, "length": 4,
    }  # fmt: skip
    assert document["summary"] == {
        "errors": 1, "warnings": 0, "infos": 1, "files": 6, "objects": 14, "rules": 9, "panels": 1,
    }  # fmt: skip
    assert document["levels"][1] == {
        "level": 3, "name": "queries", "checked": 21, "passed": 20, "failed": 1, "skipped": 2, "judged": True,
    }  # fmt: skip
    assert document["tools"][1]["version"] is None
    assert document["unread"] == [{"file": "chart/templates/a.yaml", "reason": "Helm template"}]


def test_github_commands_are_escaped() -> None:
    assert render("github", REPORT, Options(verbose=True)).splitlines() == [
        "::error file=a.yaml,line=2,col=3,endColumn=7,title=promql/syntax::'(' is never closed%0Aclose it",
        "::notice file=b%2C%3A.yaml,line=1,col=1,endColumn=2,title=promql/syntax::'(' is never closed%0A50%25 of%0Ait",
    ]
    assert len(render("github", REPORT).splitlines()) == 1


def test_formats_are_found_by_their_modules() -> None:
    assert set(formats()) >= {"text", "json", "github"}
    assert not {"options", "printable"} & set(formats())


@given(st.text())
def test_printable_text_cannot_move_the_cursor(value: str) -> None:
    shown = printable(value)
    assert len(shown) == len(value)
    assert all(char.isprintable() or char.isspace() for char in shown)
    assert not set(shown) & set("\n\r\t\x1b\u2028\u202e")
    shown.encode("utf-8")


@given(st.text(), st.text(), st.integers(1, 9), st.integers(1, 400), st.integers(1, 400))
def test_any_finding_can_be_told(message: str, hint: str, line: int, column: int, length: int) -> None:
    report = Report((Finding("a/b", Severity.ERROR, message, Place(__file__, line, column, length), hint),))
    for name in formats():
        for colour in (False, True):
            assert render(name, report, Options(verbose=True, colour=colour)).encode("utf-8")
