"""For programs: one JSON document, with sorted keys and the version of its form, which `schema.json` describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from obsgen.diff.model import Cause, Change, Risk, Unit
from obsgen.diff.report import Options
from obsgen.diff.telling import Line, Section, Told
from obsgen.findings import Place

SCHEMA_VERSION = 1
"""Grows when a key changes its meaning or goes; new keys may come without."""


def json_schema() -> str:
    """The JSON Schema of this form."""
    return Path(__file__).with_name("schema.json").read_text(encoding="utf-8")


def render(told: Told, options: Options) -> str:
    """Every change, and the lines that a person is told; equal differences give equal bytes."""
    changes = sorted((_change(each, *why) for each, why in told.changes.items()), key=_order)
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "title": told.against,
        "summary": {risk: told.counts.get(risk, 0) for risk in Risk},
        "notes": list(told.notes),
        "lines": [_line(each, line) for each in told.sections for line in each.lines],
        "changes": changes,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _line(section: Section, line: Line) -> dict[str, Any]:
    return {
        "stacks": list(section.stacks),
        "where": line.where,
        "id": line.first.id,
        "sign": line.first.sign,
        "subject": line.subject,
        "subjects": line.names,
        "what": line.first.what,
        "risk": line.risk,
        "causes": [_cause(each) for each in line.causes],
    }


def _change(change: Change, units: frozenset[Unit], causes: tuple[Cause, ...]) -> dict[str, Any]:
    return {
        "id": change.id,
        "sign": change.sign,
        "subject": change.subject,
        "what": change.what,
        "risk": change.risk,
        "details": list(change.details),
        "causes": [_cause(each) for each in causes],
        "old": _place(change.old),
        "new": _place(change.new),
        "where": list(_where(units)),
    }


def _order(change: dict[str, Any]) -> tuple[object, ...]:
    named = (change[key] for key in ("id", "subject", "sign", "what", "details"))
    return (-Risk(change["risk"]).rank, *named, json.dumps(change["where"]))


def _where(units: Iterable[Unit]) -> Iterator[dict[str, Any]]:
    """Environments with their clusters: of a fleet, each stands once."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in sorted(units):
        found.setdefault((each.stack, each.environment), []).extend([each.cluster] if each.cluster else [])
    for (stack, environment), clusters in found.items():
        yield {"stack": stack, "environment": environment or None, "clusters": clusters}


def _cause(cause: Cause) -> dict[str, Any]:
    return {"text": str(cause), "place": _place(cause.place)}


def _place(place: Place | None) -> dict[str, Any] | None:
    return asdict(place) if place else None
