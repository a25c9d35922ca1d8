"""Runs every check over a repository and counts what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from obsgen.causes import Causes, folded
from obsgen.checks.allowances import Allowances
from obsgen.checks.discovery import ToolCheck, assumptions, plain_checks, tool_checks
from obsgen.checks.levels import counts, levels
from obsgen.checks.result import Report, Suppressed, ToolUse, told
from obsgen.facts import Facts
from obsgen.findings import Finding, InputError, Place, error, scrubbed
from obsgen.repository import Repository, read_repository
from obsgen.repository.secrets import quoted_by
from obsgen.tools import ToolError, find

ToolMode = Literal["auto", "require", "off"]
Progress = Callable[[str], None]

_READING = 1


def validate(
    paths: Iterable[Path],
    tools: ToolMode = "auto",
    progress: Progress = lambda _: None,
    *,
    every_build: bool = False,
    today: date | None = None,
    facts: Facts | None = None,
    templates: Sequence[Path] = (),
) -> Report:
    """Checks all files under the paths; InputError only if a path does not exist, or there is nothing to check.

    Real tools run where they are present (`auto`), must be present (`require`), or stay unused (`off`).
    Of many overlays that differ in names and figures alone a few are built, unless `every_build`. `progress` is told
    what is being done. `today` is the day on which suppressions must still hold; the machine's if none is given.
    """
    started = time.monotonic()
    progress("reading")
    repository = read_repository(paths, every_build=every_build, facts=facts, templates=templates)
    if repository.is_empty:
        raise InputError([_nothing(repository)])
    causes = Causes(repository)
    found = _Found(causes, Allowances(repository, today or datetime.now(UTC).date(), causes))
    found.add(_READING, repository.findings)
    for check in plain_checks():
        progress(check.ID)
        found.add(check.LEVEL, check.check(repository))
    uses = [_use_tool(check, repository, tools, progress, found) for check in tool_checks()]
    found.add(_READING, found.allowances.faults)
    found.add(_READING, found.allowances.outdated({f"tool/{use.name}" for use in uses if not use.version}))
    named = quoted_by(found.all, (each.document for each in repository.entries))
    secrets = sorted(named.union(one.value for one in repository.secrets))
    return Report(
        tuple(sorted(folded(found.told(secrets)), key=lambda finding: finding.sort_key)),
        tuple(levels(repository, found.kept, uses)),
        tuple(uses),
        counts(repository),
        tuple(repository.unread),
        time.monotonic() - started,
        tuple(sorted(found.suppressed(secrets), key=lambda one: one.finding.sort_key)),
        tuple(sorted(set(assumptions(repository)))),
    )


@dataclass(frozen=True)
class _Found:
    """Findings with the levels of their checks: those that are kept, and those that somebody allows."""

    causes: Causes
    allowances: Allowances
    kept: list[tuple[int, Finding]] = field(default_factory=list)
    allowed: list[Suppressed] = field(default_factory=list)

    def add(self, level: int, findings: Iterable[Finding]) -> None:
        """Sorts findings into the two lists."""
        for finding in findings:
            one = self.allowances.suppressed(finding)
            if one:
                self.allowed.append(one)
            else:
                self.kept.append((level, finding))

    @property
    def all(self) -> Iterator[Finding]:
        """Those that are kept, and those that somebody allows."""
        yield from (finding for _, finding in self.kept)
        yield from (one.finding for one in self.allowed)

    def told(self, secrets: Sequence[str]) -> set[Finding]:
        """All findings that are kept, each once where people correct it; none of them quotes a secret."""
        told = {self.causes.told(finding) for _, finding in self.kept}
        return {scrubbed(finding, secrets) for finding in told} if secrets else told

    def suppressed(self, secrets: Sequence[str]) -> set[Suppressed]:
        """All findings that are allowed, each once; none of them quotes a secret."""
        told = {replace(one, finding=self.causes.told(one.finding)) for one in self.allowed}
        return {replace(one, finding=scrubbed(one.finding, secrets)) for one in told} if secrets else told


def _nothing(repository: Repository) -> Finding:
    where = ", ".join(map(str, repository.paths))
    reasons = sorted({one.reason for one in repository.unread})
    held = f"what is there is left out: {', '.join(reasons[:5])}; " if reasons else ""
    message = f"nothing to check in {where}: no object, kustomization, rule file or dashboard"
    hint = f"{held}name a folder with manifests, or write one: obsgen render PROFILE"
    return error("file/nothing", message, Place(str(repository.paths[0])), hint)


def _use_tool(check: ToolCheck, repository: Repository, mode: ToolMode, progress: Progress, found: _Found) -> ToolUse:
    """Runs one tool's check, adding to `found`; says what became of the tool."""
    if mode == "off":
        return ToolUse(check.TOOL, None, "switched off")
    if not check.work(repository):
        return ToolUse(check.TOOL, None, "nothing here for it")
    tool = find(check.TOOL)
    place = Place(str(next(iter(repository.paths), "")))
    if tool is None:
        hint = f"obsgen tools install {check.TOOL}"
        if mode == "require":
            found.add(check.LEVEL, [error("tool/missing", f"{check.TOOL} is required and absent", place, hint)])
        return ToolUse(check.TOOL, None, f"absent: {hint}")
    progress(f"{check.ID} ({tool.version})")
    try:
        found.add(check.LEVEL, list(check.check(repository, tool, told(finding for _, finding in found.kept))))
    except ToolError as problem:
        found.add(check.LEVEL, [error(check.ID, problem.message, place, problem.hint)])
    return ToolUse(check.TOOL, tool.version)
