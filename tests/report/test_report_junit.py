"""JUnit: valid by its published schema whatever is told; what fails the command fails there, and nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema
from hypothesis import given
from report_samples import REPORT, REPORTS, full

from obsgen.checks import Report
from obsgen.findings import Severity
from obsgen.report import Options, render


@cache
def schema() -> Any:
    return xmlschema.XMLSchema(Path(__file__).with_name("schemas") / "junit-10.xsd")


def parsed(report: Report, options: Options | None = None) -> Element:
    text = render("junit", report, options)
    root = fromstring(text.encode("utf-8"))
    assert [error.reason for error in schema().iter_errors(root)] == []
    return root


def test_the_schema_is_a_sharp_one() -> None:
    assert not schema().is_valid(fromstring("<testsuites><testsuite name='x'/></testsuites>"))
    assert not schema().is_valid(fromstring("<testsuites><other/></testsuites>"))


@given(REPORTS)
def test_any_report_is_valid(report: Report) -> None:
    root = parsed(report, Options(verbose=True))
    cases = [case for suite in root for case in suite]
    assert len(cases) == len(report.levels) + len(report.findings) + len(report.suppressed)
    assert root.get("tests") == str(len(cases))


@pytest.mark.parametrize(
    ("fail_on", "failed"),
    [
        (Severity.ERROR, ["signal/unknown"]),
        (Severity.WARNING, ["promql/comparison", "signal/unknown"]),
        (Severity.INFO, ["promql/comparison", "signal/unknown", "rules/duplicate"]),
    ],
)
def test_what_fails_the_command_is_a_failure(fail_on: Severity, failed: list[str], rules: str) -> None:
    root = parsed(full(rules), Options(fail_on=fail_on))
    assert [each.get("type") for each in root.iter("failure")] == failed
    assert root.get("failures") == str(len(failed))
    (suite,) = (each for each in root if each.get("name") == rules)
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", str(len(failed)), "1")


def test_a_failure_says_where_what_and_what_to_do(rules: str) -> None:
    (failure,) = parsed(full(rules)).iter("failure")
    assert failure.get("message") == "no such series"
    assert failure.text == (
        "rules.yaml:9:17: error[signal/unknown]: no such series\nselected by team=ml (prometheus.yaml:9:5)"
    )


def test_what_is_suppressed_is_skipped_with_its_reason(rules: str) -> None:
    skipped = [each.get("message") for each in parsed(full(rules)).iter("skipped") if each.get("type")]
    assert skipped == [
        "it is old, allowed at facts.yaml:3:9",
        "as it should be (until 2027-01-31), allowed at rules.yaml:5:20",
    ]


def test_levels_are_cases_so_that_a_faultless_tree_has_some() -> None:
    root = parsed(Report((), levels=REPORT.levels))
    assert [case.get("name") for suite in root for case in suite][:2] == ["level 1, structure", "level 3, queries"]
    assert (root.get("tests"), root.get("failures")) == ("5", "0")
    assert [each.text for each in root.iter("system-out")][1] == "20 of 21 without errors, 2 not checked"
