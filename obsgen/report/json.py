"""For programs: one JSON document, with sorted keys and the version of its form, which `schema.json` describes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from obsgen.findings import Finding, Note, Severity
from obsgen.report.options import Options

if TYPE_CHECKING:
    from obsgen.checks import Report, Suppressed

SCHEMA_VERSION = 1
"""Grows when a key changes its meaning or goes; new keys may come without."""


def json_schema() -> str:
    """The JSON Schema of this form."""
    return Path(__file__).with_name("schema.json").read_text(encoding="utf-8")


def render(report: Report, options: Options) -> str:
    """The whole result; equal results give equal bytes, so the time it took is left out."""
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "summary": {
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "infos": report.count(Severity.INFO),
            "suppressed": len(report.suppressed),
            **asdict(report.counts),
        },
        "levels": [asdict(level) | {"passed": level.passed} for level in report.levels],
        "tools": [asdict(tool) for tool in report.tools],
        "unread": [asdict(one) for one in report.unread],
        "findings": [_finding(finding) for finding in report.findings],
        "suppressed": [_suppressed(one) for one in report.suppressed],
        "assumptions": [{"text": one.text, **asdict(one.place)} for one in report.assumptions],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "id": finding.id,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        **asdict(finding.place),
        "notes": [_note(note) for note in finding.notes],
        "fix": {"old": fix.old, "new": fix.new, **asdict(fix.place)} if fix else None,
    }


def _note(note: Note) -> dict[str, Any]:
    return {"message": note.message, **asdict(note.place)}


def _suppressed(one: Suppressed) -> dict[str, Any]:
    place = asdict(one.place)
    return {"finding": _finding(one.finding), "reason": one.reason, "until": one.until or None, "allowedAt": place}
