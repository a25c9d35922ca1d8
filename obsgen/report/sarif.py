"""For code scanning: SARIF 2.1.0, with the help of every rule, suppressions, and fixes as they are written."""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from obsgen import __version__, explain
from obsgen.findings import Finding, Fix, InputError, Place, Severity
from obsgen.report.options import Options
from obsgen.report.printable import printable
from obsgen.report.sources import Source, reader
from obsgen.source import read_text
from obsgen.source.document import line_starts
from obsgen.source.editing import edit_for

if TYPE_CHECKING:
    from obsgen.checks import Report, Suppressed

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LONG_LINE = 500
"""Characters from which on a line is not what a person edits: what else changes in it must not matter."""

Json = dict[str, Any]


def render(report: Report, options: Options) -> str:
    """One run; infos are notes, and what is suppressed stands among the results with its reason."""
    findings = [*report.findings, *(one.finding for one in report.suppressed)]
    rules = sorted({finding.id for finding in findings})
    results = _Results(rules, reader(findings))
    run = {
        "tool": {
            "driver": {"name": "obsgen", "version": __version__, "rules": [_rule(each, findings) for each in rules]}
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            *(results.of(finding) for finding in report.findings),
            *(results.of(one.finding) | {"suppressions": [results.suppression(one)]} for one in report.suppressed),
        ],
        "properties": {
            "levels": [asdict(level) for level in report.levels],
            "tools": [asdict(tool) for tool in report.tools],
            "unread": len(report.unread),
            "suppressed": len(report.suppressed),
        },
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(check: str, findings: Iterable[Finding]) -> Json:
    """What a finding's page says of it; its level is the worst that was found."""
    page = explain.page(check) or check
    worst = min((finding.severity for finding in findings if finding.id == check), key=lambda each: each.rank)
    first = next((part for part in page.split("\n\n")[1:2]), check)
    return {
        "id": check,
        "shortDescription": {"text": " ".join(first.split())},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[worst]},
        "properties": {"tags": [check.partition("/")[0]]},
    }


class _Results:
    """Results one after another: of equal ones the second is told from the first by its number."""

    def __init__(self, rules: list[str], read: Callable[[str], Source]) -> None:
        self._index = {check: number for number, check in enumerate(rules)}
        self._read = read
        self._seen: Counter[str] = Counter()

    def of(self, finding: Finding) -> Json:
        """A finding's result."""
        result = {
            "ruleId": finding.id,
            "ruleIndex": self._index[finding.id],
            "level": _LEVELS[finding.severity],
            "message": {"text": _text((finding.message, *finding.hint.splitlines()))},
            "locations": [self._location(finding.place)],
            "partialFingerprints": {"primaryLocationLineHash": self._fingerprint(finding)},
        }
        if finding.notes:
            result["relatedLocations"] = [
                self._location(note.place) | {"id": number, "message": {"text": _text([note.message])}}
                for number, note in enumerate(finding.notes, 1)
            ]
        change = _change(finding.fix) if finding.fix and finding.can_be_fixed else None
        if change:
            result["fixes"] = [{"description": {"text": "what `obsgen validate --fix` writes"}, **change}]
        return result

    def suppression(self, one: Suppressed) -> Json:
        """Where somebody allows a finding, and why."""
        until = f" (until {one.until})" if one.until else ""
        kind = "inSource" if one.place.file == one.finding.place.file else "external"
        reason = _text([f"{one.reason}{until}"])
        return {"kind": kind, "status": "accepted", "justification": reason, "location": self._location(one.place)}

    def _location(self, place: Place) -> Json:
        lines = self._read(place.file).lines
        region = {"startLine": place.line}
        if place.column > 1 or place.length > 1:
            end = place.column + place.length
            if place.line <= len(lines):
                end = max(place.column, min(end, len(lines[place.line - 1]) + 1))
            region |= {"startColumn": place.column, "endColumn": end}
        return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}

    def _fingerprint(self, finding: Finding) -> str:
        """Equal as long as the finding's own line stays as it is, wherever it moves in its file."""
        place = finding.place
        lines = self._read(place.file).lines
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        about = line[place.column - 1 :][: place.length]
        context = line.strip() if len(line) < _LONG_LINE else ""
        if (place.line, place.column, place.length) == (1, 1, 1) or not line:
            about, context = finding.message, ""
        parts = (finding.id, PurePath(place.file).as_posix(), context, about)
        digest = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._seen[digest] += 1
        return f"{digest}:{self._seen[digest]}"


def _change(fix: Fix) -> Json | None:
    """A fix as the file's own text is to change; None where it cannot be made."""
    file = fix.place.file
    try:
        text = read_text(Path(file), file)
    except (InputError, ValueError):
        return None
    edit = edit_for(text, file, fix)
    if edit is None:
        return None
    starts = line_starts(text, file)
    (first, start), (last, end) = (_line_and_column(starts, at) for at in (edit.start, edit.end))
    region = {"startLine": first, "startColumn": start, "endLine": last, "endColumn": end}
    replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
    return {"artifactChanges": [{"artifactLocation": {"uri": _uri(file)}, "replacements": [replacement]}]}


def _line_and_column(starts: list[int], at: int) -> tuple[int, int]:
    line = bisect_right(starts, at)
    return line, at - starts[line - 1] + 1


def _uri(file: str) -> str:
    """A path as a reference that is relative to the folder in which the command ran, unless it is absolute."""
    path = PurePath(file)
    try:
        name = os.fsencode(path.as_posix())
    except UnicodeEncodeError:
        name = path.as_posix().encode("utf-8", "replace")
    return f"{'file://' if path.is_absolute() else ''}{quote(name)}"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(map(printable, filter(None, lines))) or "–"
