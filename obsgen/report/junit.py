"""For CI servers: JUnit's XML, a case for each finding and for each level; what fails the command fails there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from obsgen.findings import Finding
from obsgen.report.options import Options
from obsgen.report.printable import printable

if TYPE_CHECKING:
    from obsgen.checks import LevelCount, Report, Suppressed


def render(report: Report, options: Options) -> str:
    """A suite of the levels, then one for each file with findings; suppressed findings are skipped cases.

    Findings less severe than `fail_on` are cases that pass and say what they found.
    """
    root = Element("testsuites", name="obsgen")
    _suite(root, "levels", [_level(level) for level in report.levels])
    told = [(one.place.file, _case(one, options)) for one in report.findings]
    allowed = [(one.finding.place.file, _skipped(one)) for one in report.suppressed]
    for file, cases in groupby(sorted((*told, *allowed), key=lambda each: each[0]), key=lambda each: each[0]):
        _suite(root, file, [case for _, case in cases])
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, name: str, cases: Sequence[Element]) -> None:
    if not cases:
        return
    suite = SubElement(root, "testsuite", name=printable(name), tests=str(len(cases)), errors="0")
    for key, tag in (("failures", "failure"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)


def _level(level: LevelCount) -> Element:
    case = Element("testcase", classname="obsgen", name=f"level {level.level}, {level.name}")
    if level.judged:
        _said(case, [f"{level.passed} of {level.checked} without errors, {level.skipped} not checked"])
    else:
        SubElement(case, "skipped", message="nothing here to judge")
    return case


def _case(finding: Finding, options: Options) -> Element:
    place = finding.place
    case = Element("testcase", classname=printable(place.file), name=_name(finding))
    notes = (f"{note.message} ({note.place})" for note in finding.notes)
    lines = [f"{place}: {finding.severity}[{finding.id}]: {finding.message}", *finding.hint.splitlines(), *notes]
    if finding.severity.rank <= options.fail_on.rank:
        failure = SubElement(case, "failure", type=finding.id, message=printable(finding.message))
        failure.text = _text(lines)
    else:
        _said(case, lines)
    return case


def _skipped(one: Suppressed) -> Element:
    case = Element("testcase", classname=printable(one.finding.place.file), name=_name(one.finding))
    until = f" (until {one.until})" if one.until else ""
    SubElement(case, "skipped", type="suppressed", message=printable(f"{one.reason}{until}, allowed at {one.place}"))
    return case


def _name(finding: Finding) -> str:
    return f"{finding.id} at {finding.place.line}:{finding.place.column}"


def _said(case: Element, lines: Iterable[str]) -> None:
    SubElement(case, "system-out").text = _text(lines)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(map(printable, filter(None, lines)))
