"""For programs: one JSON document, with sorted keys and the version of its form."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from obsgen.findings import Finding, Severity
from obsgen.report.options import Options

if TYPE_CHECKING:
    from obsgen.checks import Report

SCHEMA_VERSION = 1
"""Grows when a key changes its meaning or goes; new keys may come without."""


def render(report: Report, options: Options) -> str:
    """The whole result; equal results give equal bytes, so the time it took is left out."""
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "summary": {
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "infos": report.count(Severity.INFO),
            **asdict(report.counts),
        },
        "levels": [asdict(level) | {"passed": level.passed} for level in report.levels],
        "tools": [asdict(tool) for tool in report.tools],
        "unread": [asdict(one) for one in report.unread],
        "findings": [_finding(finding) for finding in report.findings],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        **asdict(finding.place),
    }
