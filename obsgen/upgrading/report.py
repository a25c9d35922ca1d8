"""`obsgen upgrade`: what other versions break, told to people and machines, and written to files where asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from obsgen.findings import Finding, Place
from obsgen.fixing import Mended, mend, planned
from obsgen.report.printable import printable
from obsgen.upgrading.breaks import Broken, Upgrade

_SIGN = {"-": "- ", "+": "+ "}


def text(upgrade: Upgrade) -> str:
    """For a terminal: each broken expression with its place, what is wrong with it, and how it reads rewritten."""
    lines = [line for broken in upgrade.broken for line in _told(broken)]
    return "\n".join(map(printable, (*lines, _summary(upgrade)))) + "\n"


def _told(broken: Broken) -> Iterator[str]:
    yield f"{broken.expression.place()}: {broken.what}"
    yield from (f"    {finding.severity}[{finding.id}]: {finding.message}" for finding in broken.findings)
    if broken.advice:
        yield f"    {broken.advice}"
    elif broken.rewritten is not None:
        yield from _marked("-", broken.expression.text)
        yield from _marked("+", broken.rewritten)
    else:
        hints = dict.fromkeys(finding.hint for finding in broken.findings if finding.hint)
        yield from (f"    decide: {hint}" for hint in hints)
    yield ""


def _marked(sign: str, expression: str) -> Iterator[str]:
    return (f"    {sign} {line}" for line in expression.strip().splitlines())


def _summary(upgrade: Upgrade) -> str:
    what = ", ".join(f"{name} {'/'.join(versions)}" for name, versions in upgrade.versions.items())
    rewritten = sum(broken.rewritten is not None for broken in upgrade.broken)
    if not upgrade.broken:
        return f"{what}: none of {upgrade.asked} expressions breaks{_mended(upgrade)}."
    rendered = sum(bool(broken.advice) for broken in upgrade.broken)
    decide = len(upgrade.broken) - rewritten - rendered
    from_profiles = f"{rendered} come from profiles, " if rendered else ""
    return (
        f"{what}: {len(upgrade.broken)} of {upgrade.asked} expressions break, {from_profiles}"
        f"{rewritten} can be rewritten, {decide} must be decided{_mended(upgrade)}."
    )


def _mended(upgrade: Upgrade) -> str:
    return f"; {len(upgrade.mended)} findings of today are gone" if upgrade.mended else ""


def as_json(upgrade: Upgrade) -> str:
    """For machines, in a form that is kept."""
    value = {
        "schemaVersion": 1,
        "versions": {name: list(versions) for name, versions in upgrade.versions.items()},
        "asked": upgrade.asked,
        "broken": [_broken(each) for each in upgrade.broken],
        "mended": [_finding(each) for each in upgrade.mended],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _broken(broken: Broken) -> dict[str, object]:
    return {
        **_spot(broken.expression.place()),
        "what": broken.what,
        "expression": broken.expression.text,
        "rewritten": broken.rewritten,
        "advice": broken.advice or None,
        "profile": _spot(broken.profile) if broken.profile else None,
        "findings": [_finding(each) for each in broken.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    said = {"id": finding.id, "severity": finding.severity, "message": finding.message, "hint": finding.hint}
    return {**said, **_spot(finding.place)}


def _spot(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line, "column": place.column}


def write(upgrade: Upgrade, *, dry_run: bool = False) -> Mended:
    """Writes the rewritten expressions to their files; with `dry_run` says what would be written."""
    fixes = tuple(_with_fixes(upgrade))
    return planned(lambda: fixes) if dry_run else mend(lambda: fixes, rounds=1)


def _with_fixes(upgrade: Upgrade) -> Iterator[Finding]:
    for broken in upgrade.broken:
        for fix in broken.fixes:
            yield replace(broken.findings[0], place=fix.place, fix=fix)
