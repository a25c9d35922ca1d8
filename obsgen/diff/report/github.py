"""For GitHub Actions: workflow commands that put each change on the line of the pull request that brought it."""

from __future__ import annotations

from obsgen.diff.model import Risk
from obsgen.diff.report import Options
from obsgen.diff.telling import Line, Section, Told, summary
from obsgen.findings import Place
from obsgen.report.github import command

_COMMANDS = {Risk.SAFE: "notice", Risk.REVIEW: "notice", Risk.PAGES: "warning"}
_REST = "error"


def render(told: Told, options: Options) -> str:
    """One line a change, the riskiest first, since GitHub shows ten of a kind; then what they come to."""
    every = [(section, line) for section in told.sections for line in section.lines]
    every.sort(key=lambda each: -each[1].risk.rank)
    shown = [] if options.quiet else [_annotation(section, line) for section, line in every]
    return "".join(f"{line}\n" for line in (*shown, _summary(told)))


def _annotation(section: Section, line: Line) -> str:
    where = f"{section.title} {line.where}".strip()
    said = [f"{line.first.sign} {line.subject}: {line.first.what}", f"{where}: {line.risk}"]
    more = [f"also {each}" for each in line.causes[1:]]
    return command(_COMMANDS.get(line.risk, _REST), _place(line), line.first.id, [*said, *more])


def _place(line: Line) -> Place | None:
    """The line that brought it; of what is gone from a file the file itself."""
    there = [each.place for each in line.causes if each.place]
    if not there:
        return None
    file, mark, _ = there[0].file.partition("@")
    return Place(file) if mark else there[0]


def _summary(told: Told) -> str:
    lines = [f"{summary(told.counts)}{f', {told.against}' if told.against else ''}", *told.notes]
    return command("notice", None, "obsgen diff", lines)
