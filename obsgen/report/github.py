"""For GitHub Actions: workflow commands that put each finding on its line of the pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obsgen.findings import Finding, Place, Severity
from obsgen.report.options import Options
from obsgen.report.printable import printable

if TYPE_CHECKING:
    from obsgen.checks import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, options: Options) -> str:
    """One line a finding, infos only with `verbose`; then how many are suppressed, if any are."""
    shown = (one for one in report.findings if options.verbose or one.severity != Severity.INFO)
    lines = [_command(finding) for finding in shown]
    if report.suppressed:
        reasons = sorted({f"{one.finding.id}: {one.reason}" for one in report.suppressed})
        lines.append(command("notice", None, "obsgen", [f"suppressed findings: {len(report.suppressed)}", *reasons]))
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Finding) -> str:
    notes = (f"{note.message} ({note.place})" for note in finding.notes)
    said = [finding.message, *finding.hint.splitlines(), *notes]
    return command(_COMMANDS[finding.severity], finding.place, finding.id, said)


def command(kind: str, place: Place | None, title: str, lines: list[str]) -> str:
    """A workflow command (error, warning or notice) that shows some lines at a place, or for the whole run."""
    properties: dict[str, object] = {"title": title}
    if place:
        spot = {"file": place.file, "line": place.line, "col": place.column, "endColumn": place.column + place.length}
        properties = {**spot, **properties}
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{kind} {listed}::{_text(lines)}"


def _text(lines: list[str]) -> str:
    return _data("\n".join(map(printable, filter(None, lines))))


def _data(text: str) -> str:
    """A text as commands quote it; what is no character, as in the name of a file that is not UTF-8, is shown as ?."""
    text = text.encode("utf-8", "replace").decode()
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
