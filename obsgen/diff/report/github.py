"""For GitHub Actions: workflow commands that put each change on the line of the pull request that brought it.

GitHub shows the first ten of a sort: so what all come to is said first, and then the riskiest.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePath

from obsgen.diff.model import Risk
from obsgen.diff.report import Options, faults
from obsgen.diff.telling import Line, Section, Told, summary
from obsgen.findings import InputError, ObsgenError, Place, redacted
from obsgen.report.github import command

_COMMANDS = {Risk.SAFE: "notice", Risk.REVIEW: "notice", Risk.PAGES: "warning"}
_REST = "error"


def render(told: Told, options: Options) -> str:
    """What the changes come to; then one line a change, the riskiest first."""
    every = [(section, line) for section in told.sections for line in section.lines]
    every.sort(key=lambda each: -each[1].risk.rank)
    shown = [] if options.quiet else [_annotation(told, section, line) for section, line in every]
    return "".join(f"{line}\n" for line in (_summary(told), *shown))


def refused(problem: ObsgenError) -> str:
    """That nothing could be compared, and each fault where it stands."""
    said = ["could not be compared", *([] if isinstance(problem, InputError) else [redacted(str(problem))])]
    lines = [command(_REST, None, "obsgen diff", said)]
    here = Path.cwd()
    top = next((each for each in (here, *here.parents) if (each / ".git").exists()), here)
    for each in faults(problem):
        place = _below(_brought(each.place), here, top)
        lines.append(command(_REST, place, each.id, [each.message, *each.hint.splitlines()]))
    return "".join(f"{line}\n" for line in lines)


def _annotation(told: Told, section: Section, line: Line) -> str:
    where = f"{section.title} {line.where}".strip()
    said = [f"{line.first.sign} {line.subject}: {line.first.what}", f"{where}: {line.risk}"]
    cause = next((each for each in line.causes if each.place), None)
    place = _brought(cause.place) if cause and cause.place else _stands(line)
    others = [str(each) for each in line.causes if each is not cause]
    more = [f"also {', '.join(others)}" if cause else f"brought by {', '.join(others)}"] if others else []
    spot = _below(place, told.home, told.top) if place else None
    return command(_COMMANDS.get(line.risk, _REST), spot, line.first.id, [*said, *more])


def _brought(place: Place) -> Place:
    """The line that brought it; of what is gone from a file the file itself."""
    file, mark, _ = place.file.partition("@")
    return Place(file) if mark else place


def _stands(line: Line) -> Place | None:
    """Where it stands; of what is gone the file that it stood in."""
    return line.first.new or (Place(line.first.old.file) if line.first.old else None)


def _below(place: Place, home: Path, top: Path) -> Place | None:
    """A place as GitHub reads it: from the top of the repository. None for what lies elsewhere."""
    path = PurePath(os.path.relpath(home / place.file, top)).as_posix()
    return None if path.startswith("../") else replace(place, file=path)


def _summary(told: Told) -> str:
    lines = [f"{summary(told.counts)}{f', {told.against}' if told.against else ''}", *told.notes]
    return command("notice", None, "obsgen diff", lines)
