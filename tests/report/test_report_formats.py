"""Reports for people, programs and GitHub."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from tempfile import NamedTemporaryFile

import jsonschema_rs
import pytest
from engine_support import Command, obsgen
from hypothesis import given
from hypothesis import strategies as st
from report_samples import REPORT, REPORTS, RULES, finding, full

from obsgen.checks import Report, ToolUse, validate
from obsgen.checks.result import Assumption
from obsgen.findings import Finding, Place, Severity
from obsgen.report import Options, formats, render
from obsgen.report.json import json_schema
from obsgen.report.printable import printable, width
from obsgen.report.text import MOST_OF_ONE_CHECK, findings_text
from obsgen.source import load_text

__all__ = ["obsgen"]

SCHEMA = jsonschema_rs.validator_for(json.loads(json_schema()), validate_formats=True)
SOURCE = "first: line\nexpr: sum(rate(x)\n\ttabbed: \x1b[31mred\n名前: wide\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(SOURCE, encoding="utf-8")
    return "rules.yaml"


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


def test_assumptions_are_counted_and_listed_where_asked() -> None:
    report = Report((), assumptions=(Assumption("something exposes shop_total", Place("rules.yaml", 3, 7)),))
    assert "assumed: 1 thing outside of these files (-v lists them)" in render("text", report).splitlines()
    verbose = render("text", report, Options(verbose=True)).splitlines()
    assert "  rules.yaml:3:7: something exposes shop_total" in verbose
    told = json.loads(render("json", report))["assumptions"]
    assert told == [{"text": "something exposes shop_total", "file": "rules.yaml", "line": 3, "column": 7, "length": 1}]


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
        "file": "a.yaml", "line": 2, "column": 3, "length": 4, "notes": [], "fix": None,
    }  # fmt: skip
    assert document["summary"] == {
        "errors": 1, "warnings": 0, "infos": 1, "suppressed": 0, "files": 6, "objects": 14, "rules": 9, "panels": 1,
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
    assert set(formats()) == {"text", "json", "sarif", "junit", "markdown", "github"}


@given(st.text())
def test_printable_text_cannot_move_the_cursor(value: str) -> None:
    shown = printable(value)
    assert len(shown) == len(value)
    assert all(char.isprintable() or char.isspace() for char in shown)
    assert not set(shown) & set("\n\r\t\x1b\u2028\u202e")
    shown.encode("utf-8")


@given(REPORTS)
def test_any_report_can_be_told(report: Report) -> None:
    for name in formats():
        for colour in (False, True):
            told = render(name, report, Options(verbose=True, colour=colour)).encode("utf-8")
            assert told.endswith(b"\n") or (name == "github" and not told)


@given(REPORTS)
def test_a_report_in_json_fits_its_schema(report: Report) -> None:
    document = json.loads(render("json", report))
    assert [each.message for each in SCHEMA.iter_errors(document)] == []
    assert len(document["findings"]) == len(report.findings)
    assert document["summary"]["suppressed"] == len(document["suppressed"]) == len(report.suppressed)


def test_the_schema_of_json_is_a_sharp_one(rules: str) -> None:
    document = json.loads(render("json", full(rules)))
    for key in ("suppressed", "schemaVersion", "findings"):
        assert not SCHEMA.is_valid({name: value for name, value in document.items() if name != key})
    document["findings"][0]["line"] = 0
    assert not SCHEMA.is_valid(document)


def test_json_tells_notes_fixes_and_suppressions(rules: str) -> None:
    document = json.loads(render("json", full(rules)))
    assert document["findings"][1]["notes"] == [
        {"message": "selected by team=ml", "file": "prometheus.yaml", "line": 9, "column": 5, "length": 4}
    ]
    assert document["findings"][1]["fix"] == {
        "old": 'old{a="b"}', "new": 'new{a="b"}', "file": rules, "line": 9, "column": 17, "length": 1,
    }  # fmt: skip
    first, second = document["suppressed"]
    assert (first["finding"]["id"], first["reason"], first["until"]) == (
        "promql/syntax",
        "as it should be",
        "2027-01-31",
    )
    assert (second["until"], second["allowedAt"]["file"]) == (None, "facts.yaml")


def test_text_tells_notes_fixes_and_how_many_are_suppressed(rules: str) -> None:
    lines = render("text", full(rules)).splitlines()
    at = lines.index("rules.yaml:9:17: error[signal/unknown]: no such series")
    assert lines[at + 3] == "      | selected by team=ml (prometheus.yaml:9:5)"
    assert "suppressed: 2 findings (-v lists them)" in lines
    assert lines[-1].startswith("1 error, 1 warning, 1 note (-v lists them); --fix corrects 1 in ")
    verbose = render("text", full(rules), Options(verbose=True)).splitlines()
    assert "  rules.yaml:5:5: promql/syntax: as it should be, until 2027-01-31 (rules.yaml:5:20)" in verbose
    assert "  board.json:1:70: promql/syntax: it is old (facts.yaml:3:9)" in verbose


def test_github_counts_what_is_suppressed(rules: str) -> None:
    lines = render("github", full(rules)).splitlines()
    assert lines[1].endswith("::no such series%0Aselected by team=ml (prometheus.yaml:9:5)")
    assert lines[-1] == (
        "::notice title=obsgen::suppressed findings: 2%0Apromql/syntax: as it should be%0Apromql/syntax: it is old"
    )


@given(REPORTS)
def test_a_report_for_github_has_one_line_a_command(report: Report) -> None:
    lines = render("github", report, Options(verbose=True)).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(report.findings) + bool(report.suppressed)
    assert all(
        re.match(r"::(error|warning|notice) (file=[^,:]*,line=\d+,col=\d+,endColumn=\d+,)?title=[^,:]*::", line)
        for line in lines
    )


RULES_IN_MANY_FORMS = """\
groups:
- name: g
  rules:
  - record: a
    expr: |
      sum by (x) (
        rate(up{a="b"}[5m)
      )
  - record: b
    expr: "sum(rate(up{a=\\"b\\", c=\\"d\\"}[5m)) + 1"
  - {record: c, expr: 'sum(rate(up{a="b"}[5m))'}
"""


def test_carets_stand_below_the_expression_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(RULES_IN_MANY_FORMS)
    lines = render("text", validate([Path("rules.yaml")], "off"), Options(verbose=True)).splitlines()
    marked = [(line, below) for line, below in pairwise(lines) if "^" in below]
    assert len(marked) == 3
    for line, below in marked:
        assert line[below.index("^") :].startswith(")")


def test_carets_are_as_long_as_what_is_written(rules: str) -> None:
    document = load_text(RULES, rules)[0]
    place = document.text_place(("groups", 0, "rules", 1, "expr"), 5, len('old{a="b"}'))
    line, caret = text(finding(place))[1:3]
    assert line[caret.index("^") : caret.rindex("^") + 1] == 'old{a=\\"b\\"}'
    place = document.text_place(("groups", 0, "rules", 0, "expr"), 0, len('sum(foo{a="b"})\n/ bar'))
    line, caret = text(finding(place))[1:3]
    assert line[caret.index("^") : caret.rindex("^") + 1] == 'sum(foo{a="b"})'


@given(st.integers(1, 700), st.integers(1, 700), st.integers(1, 60))
def test_of_a_long_line_what_matters_is_shown(before: int, after: int, length: int) -> None:
    with NamedTemporaryFile("w", suffix=".json") as file:
        file.write("x" * before + "H" * length + "y" * after)
        file.flush()
        line, caret = text(finding(Place(file.name, 1, before + 1, length)))[1:3]
    assert line[caret.index("^") : caret.rindex("^") + 1] == "H" * length
    shown = line.partition("| ")[2]
    assert len(shown.strip("…")) == min(before + length + after, 160)
    assert shown.startswith("…") or "x" * before in shown
    assert shown.endswith("…") or "y" * after in shown


def test_the_schema_of_reports_can_be_had(obsgen: Command) -> None:
    ran = obsgen("schema", "--report")
    assert json.loads(ran.out) == json.loads(json_schema())
