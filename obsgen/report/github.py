"""For GitHub Actions: workflow commands that put each finding on its line of the pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obsgen.findings import Finding, Severity
from obsgen.report.options import Options
from obsgen.report.printable import printable

if TYPE_CHECKING:
    from obsgen.checks import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, options: Options) -> str:
    """One line a finding; infos only with `verbose`."""
    shown = (one for one in report.findings if options.verbose or one.severity != Severity.INFO)
    return "".join(f"{_command(finding)}\n" for finding in shown)


def _command(finding: Finding) -> str:
    place = finding.place
    properties = {
        "file": place.file,
        "line": place.line,
        "col": place.column,
        "endColumn": place.column + place.length,
        "title": finding.id,
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = "\n".join(map(printable, filter(None, (finding.message, *finding.hint.splitlines()))))
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
