"""A path for programs: one JSON document with the version of its form, which `schema.json` describes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from obsgen.findings import Finding, Place
from obsgen.trace.model import Hop, Trace, Tracing, numbered

SCHEMA_VERSION = 1
"""Grows when a key changes its meaning or goes; new keys may come without."""


def json_schema() -> str:
    """The JSON Schema of this form."""
    return Path(__file__).with_name("schema.json").read_text(encoding="utf-8")


def render(tracing: Tracing) -> str:
    """All paths of a name; equal paths give equal bytes."""
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "name": tracing.name,
        "broken": tracing.is_broken,
        "traces": [_trace(each) for each in tracing.traces],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _trace(trace: Trace) -> dict[str, Any]:
    return {
        "kind": trace.kind,
        "name": trace.name,
        "sentence": trace.sentence,
        "stack": trace.stack or None,
        "environments": list(trace.environments),
        "place": _place(trace.place),
        "broken": bool(trace.broken),
        "hops": [_hop(number, hop) for number, hop in numbered(trace.hops)],
    }


def _hop(number: int, hop: Hop) -> dict[str, Any]:
    return {
        "number": number,
        "kind": hop.kind,
        "text": hop.text,
        "state": hop.state,
        "place": _place(hop.place),
        "findings": [_finding(each) for each in hop.findings],
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    return asdict(place) if place else None


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "place": _place(finding.place),
    }
