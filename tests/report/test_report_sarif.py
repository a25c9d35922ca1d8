"""SARIF: valid by its published schema whatever is told; the same finding keeps its fingerprint when it moves."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from report_samples import REPORT, REPORTS, RULES, finding, full

from obsgen import explain
from obsgen.checks import Report
from obsgen.findings import Finding, Fix, Place, Severity
from obsgen.report import Options, render

SCHEMAS = Path(__file__).with_name("schemas")


@cache
def schema() -> Any:
    text = (SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8")
    # One pattern of the published text has a bare bracket, which strict readers refuse.
    return jsonschema_rs.validator_for(json.loads(text.replace("[a-zA-Z]{2}]?$", r"[a-zA-Z]{2}\\]?$")))


def run(report: Report) -> Any:
    document = json.loads(render("sarif", report))
    assert [each.message for each in schema().iter_errors(document)] == []
    (only,) = document["runs"]
    return only


@pytest.mark.parametrize("name", sorted(path.name for path in SCHEMAS.iterdir() if path.name != "SOURCES.json"))
def test_published_schemas_are_kept_as_they_were_published(name: str) -> None:
    said = json.loads((SCHEMAS / "SOURCES.json").read_text())[name]
    assert sha256((SCHEMAS / name).read_bytes()).hexdigest() == said["sha256"]
    assert said["source"]
    assert said["licence"]


def test_the_schema_is_a_sharp_one() -> None:
    document = json.loads(render("sarif", REPORT))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not schema().is_valid(document)
    assert not schema().is_valid({"version": "2.1.0"})


@given(REPORTS)
def test_any_report_is_valid(report: Report) -> None:
    text = render("sarif", report)
    assert text.isascii()
    results = run(report)["results"]
    assert len(results) == len(report.findings) + len(report.suppressed)


def test_levels_places_notes_and_fixes_are_told(rules: str) -> None:
    results = run(full(rules))["results"]
    assert [each["level"] for each in results] == ["warning", "error", "note", "error", "error"]
    regions = [each["locations"][0]["physicalLocation"]["region"] for each in results[:3]]
    assert regions == [
        {"startLine": 6, "startColumn": 7, "endColumn": 22},
        {"startLine": 9, "startColumn": 17, "endColumn": 29},
        {"startLine": 7, "startColumn": 9, "endColumn": 12},  # not beyond the end of the line
    ]
    (note,) = results[1]["relatedLocations"]
    assert note["message"] == {"text": "selected by team=ml"}
    assert note["physicalLocation"]["artifactLocation"]["uri"] == "prometheus.yaml"
    ((change,),) = (each["artifactChanges"] for each in results[1]["fixes"])
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 9, "startColumn": 17, "endLine": 9, "endColumn": 29},
            "insertedContent": {"text": 'new{a=\\"b\\"}'},
        }
    ]


def test_a_fix_that_does_not_fit_is_left_out(rules: str) -> None:
    odd = Finding("a/b", Severity.ERROR, "m", Place(rules), fix=Fix(Place(rules, 1, 1), "other", "new"))
    gone = Finding("a/b", Severity.ERROR, "m", Place(rules), fix=Fix(Place("gone.yaml", 1, 1), "other", "new"))
    assert all("fixes" not in each for each in run(Report((odd, gone)))["results"])


def test_what_is_suppressed_says_where_and_why(rules: str) -> None:
    first, second = (each["suppressions"][0] for each in run(full(rules))["results"][3:])
    assert (first["kind"], first["justification"]) == ("inSource", "as it should be (until 2027-01-31)")
    assert (second["kind"], second["status"]) == ("external", "accepted")
    assert second["location"]["physicalLocation"]["artifactLocation"]["uri"] == "facts.yaml"


def test_each_rule_brings_its_help(rules: str) -> None:
    driver = run(full(rules))["tool"]["driver"]
    assert [each["id"] for each in driver["rules"]] == sorted(each["id"] for each in driver["rules"])
    (rule,) = (each for each in driver["rules"] if each["id"] == "promql/comparison")
    assert rule["help"]["markdown"] == explain.page("promql/comparison")
    assert rule["shortDescription"]["text"] == "An alert's expression cannot be false, or cannot be true."
    assert rule["defaultConfiguration"] == {"level": "warning"}
    for result in run(full(rules))["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def prints(report: Report) -> list[str]:
    return [each["partialFingerprints"]["primaryLocationLineHash"] for each in run(report)["results"]]


def test_a_fingerprint_survives_moves_and_tells_findings_apart(rules: str) -> None:
    before = prints(full(rules))
    assert len(set(before)) == len(before)
    Path(rules).write_text(
        "# one more\n\n" + RULES.replace("      sum", "      # two\n      sum").replace("name: g", "name: h")
    )
    moved = Report(
        (
            finding(Place(rules, 9, 7, 15), id_="promql/comparison"),
            finding(Place(rules, 12, 17, 12), id_="signal/unknown"),
        )
    )
    assert prints(moved) == before[:2]
    Path(rules).write_text(Path(rules).read_text().replace("old{", "older{"))
    assert prints(moved)[1] != before[1]


def test_equal_lines_are_told_apart_by_their_order(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("same\nsame\n")
    first, second = prints(Report((finding(Place(str(path), 1, 1, 4)), finding(Place(str(path), 2, 1, 4)))))
    assert first.partition(":")[0] == second.partition(":")[0]
    assert (first[-2:], second[-2:]) == (":1", ":2")


def test_another_part_of_a_very_long_line_may_change(tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    told = Report((finding(Place(str(path), 1, 1001, 4)),))
    path.write_text("x" * 1000 + "HERE" + "y" * 1000)
    before = prints(told)
    path.write_text("x" * 1000 + "HERE" + "z" * 2000)
    assert prints(told) == before


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/ü%.yaml", "a%20b/%C3%BC%25.yaml"),
        ("../x:1.yaml", "../x%3A1.yaml"),
        ("/tmp/a?.yaml", "file:///tmp/a%3F.yaml"),
        ("a\udcff.yaml", "a%FF.yaml"),
    ],
)
def test_files_are_named_by_references(file: str, uri: str) -> None:
    (result,) = run(Report((finding(Place(file)),)))["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": uri},
        "region": {"startLine": 1},
    }


def test_infos_are_notes_even_without_verbose() -> None:
    assert len(run(REPORT)["results"]) == 2
    assert render("sarif", REPORT) == render("sarif", REPORT, Options(verbose=True))
