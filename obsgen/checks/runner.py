"""Runs every check over a repository and counts what came of it."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from obsgen.checks.allowances import Allowances
from obsgen.checks.discovery import ToolCheck, plain_checks, tool_checks
from obsgen.checks.objects import Located
from obsgen.checks.repository import Repository, read_repository
from obsgen.checks.result import Counts, LevelCount, Report, Suppressed, ToolUse, told
from obsgen.checks.routecases import cases
from obsgen.checks.rules import distinct_rules
from obsgen.findings import Finding, InputError, Place, Severity, error, scrubbed
from obsgen.tools import ToolError, find

ToolMode = Literal["auto", "require", "off"]
Progress = Callable[[str], None]

_READING = 1
_LEVELS = {1: "structure", 2: "schema", 3: "queries", 4: "signals", 5: "path", 6: "tools"}


def validate(
    paths: Iterable[Path],
    tools: ToolMode = "auto",
    progress: Progress = lambda _: None,
    *,
    every_build: bool = False,
    today: date | None = None,
) -> Report:
    """Checks all files under the paths; InputError only if a path does not exist, or there is nothing to check.

    Real tools run where they are present (`auto`), must be present (`require`), or stay unused (`off`).
    Of many overlays that differ in names and figures alone a few are built, unless `every_build`. `progress` is told
    what is being done. `today` is the day on which suppressions must still hold; the machine's if none is given.
    """
    started = time.monotonic()
    progress("reading")
    repository = read_repository(paths, every_build=every_build)
    if repository.is_empty:
        raise InputError([_nothing(repository)])
    found = _Found(Allowances(repository, today or datetime.now(UTC).date()))
    found.add(_READING, repository.findings)
    for check in plain_checks():
        progress(check.ID)
        found.add(check.LEVEL, check.check(repository))
    uses = [_use_tool(check, repository, tools, progress, found) for check in tool_checks()]
    found.add(_READING, found.allowances.faults)
    found.add(_READING, found.allowances.outdated({f"tool/{use.name}" for use in uses if not use.version}))
    secrets = sorted({one.value for one in repository.secrets})
    return Report(
        tuple(sorted(found.told(secrets), key=lambda finding: finding.sort_key)),
        tuple(_levels(repository, found.kept, uses)),
        tuple(uses),
        _counts(repository),
        tuple(repository.unread),
        time.monotonic() - started,
        tuple(sorted(found.suppressed(secrets), key=lambda one: one.finding.sort_key)),
    )


@dataclass(frozen=True)
class _Found:
    """Findings with the levels of their checks: those that are kept, and those that somebody allows."""

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

    def told(self, secrets: Sequence[str]) -> set[Finding]:
        """All findings that are kept, each once; none of them quotes a secret."""
        return {scrubbed(finding, secrets) if secrets else finding for _, finding in self.kept}

    def suppressed(self, secrets: Sequence[str]) -> set[Suppressed]:
        """All findings that are allowed, each once; none of them quotes a secret."""
        return {replace(one, finding=scrubbed(one.finding, secrets)) if secrets else one for one in self.allowed}


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


def _counts(repository: Repository) -> Counts:
    return Counts(
        len(repository.readings),
        len(repository.objects),
        len(distinct_rules(repository.rule_sets)),
        sum(panel.value.get("type") != "row" for board in repository.dashboards for panel in board.panels()),
    )


def _levels(repository: Repository, found: list[tuple[int, Finding]], uses: list[ToolUse]) -> Iterator[LevelCount]:
    failed: dict[int, list[Place]] = {level: [] for level in _LEVELS}
    for level, finding in found:
        if finding.severity == Severity.ERROR:
            failed[level].append(finding.place)
    files = {place.file for place in failed[1]}
    left_out = {one.file for one in repository.unread} - {
        entry.document.file for entry in repository.entries if not repository.excuse(entry)
    }
    yield LevelCount(1, _LEVELS[1], len(repository.readings) - len(left_out), len(files), len(left_out))
    objects = [object_.located for object_ in repository.objects]
    objects += [one.located for one in repository.alertmanagers if one.owner is None]
    yield LevelCount(2, _LEVELS[2], len(objects), _hit(failed[2], objects))
    queries = [one.located for one in repository.expressions]
    queries += [one.located for one in repository.log_expressions if one.query or one.refusal]
    yield LevelCount(3, _LEVELS[3], len(queries), _hit(failed[3], queries), len(repository.skipped_queries))
    yield LevelCount(4, _LEVELS[4], 0, 0, judged=False)
    routed = [case.located for case in cases(repository)]
    yield LevelCount(5, _LEVELS[5], len(routed), _hit(failed[5], routed), judged=bool(routed))
    ran = [use for use in uses if use.version]
    missed = {finding.id for level, finding in found if level == 6 and finding.severity == Severity.ERROR}
    yield LevelCount(6, _LEVELS[6], len(ran), sum(f"tool/{use.name}" in missed for use in ran), len(uses) - len(ran))


def _hit(places: list[Place], units: list[Located]) -> int:
    """How many units have one of the places: each belongs to the last unit that begins before it in its file."""
    files = {place.file for place in places}
    starts: dict[str, list[Place]] = {file: [] for file in files}
    for unit in units:
        if unit.file in files:
            starts[unit.file].append(unit.place())
    for begun in starts.values():
        begun.sort()
    return len({(place.file, max(bisect_right(starts[place.file], place), 1)) for place in places})
