"""For pull requests: a short comment that is found again by its first line, so that it can be updated in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from obsgen.diff.model import Risk
from obsgen.diff.report import Options
from obsgen.diff.telling import Line, Section, Told, summary
from obsgen.report.markdown import MOST_CHARACTERS, code, fitting, folded, plain

MARKER = "<!-- obsgen diff -->"
"""The first line of every comment, whatever it says."""
MOST_LINES = 10

_SIGNS = {
    Risk.SAFE: "🟢",
    Risk.REVIEW: "🔵",
    Risk.PAGES: "🟡",
    Risk.LOSES_DATA: "🟠",
    Risk.STOPS_PAGING: "🔴",
    Risk.DESTROYS: "⛔",
}
_HEAD = ["| | where | what | risk | brought by |", "|---|---|---|---|---|"]
_ROOM = MOST_CHARACTERS // 2
"""Characters for the table, and for the details."""


def render(told: Told, options: Options) -> str:
    """What the changes come to, the riskiest of them, and the rest and all details folded away."""
    title = f", {plain(told.against)}" if told.against else ""
    blocks = [MARKER, f"### obsgen diff: {plain(summary(told.counts))}{title}"]
    if not options.quiet:
        blocks += [*_tables(told), *_details(told), *(f"Note: {plain(each)}" for each in told.notes)]
    return f"{blocks[0]}\n" + "\n\n".join(blocks[1:]) + "\n"


def _tables(told: Told) -> Iterator[str]:
    every = [(section, line) for section in told.sections for line in section.lines]
    every.sort(key=lambda each: -each[1].risk.rank)
    many = len({section.stacks for section, _ in every}) > 1
    rows = fitting([_row(section, line, many) for section, line in every], _ROOM)
    if len(told.sections) == 1:
        yield f"**{plain(told.sections[0].title)}**"
    if rows:
        yield "\n".join([*_HEAD, *rows[:MOST_LINES]])
    if len(rows) > MOST_LINES:
        yield folded(f"{len(rows) - MOST_LINES} more", [*_HEAD, *rows[MOST_LINES:]])
    if len(rows) < len(every):
        yield f"{len(every) - len(rows):,} more do not fit into a comment: run `obsgen diff -v`."


def _row(section: Section, line: Line, many: bool) -> str:
    where = f"{section.title} {line.where}".strip() if many else line.where
    what = f"{plain(line.first.sign)} {plain(line.subject)}: {plain(line.first.what)}"
    spot = code(line.spot) if line.spot else ""
    return f"| {_SIGNS[line.risk]} | {plain(where)} | {what} | {line.risk} | {spot} |"


def _details(told: Told) -> Iterator[str]:
    """What -v tells, as far as there is room."""
    blocks = [block for line in told.lines for block in _detail(line)]
    shown = fitting(blocks, _ROOM - 500)
    left = [f"{len(blocks) - len(shown):,} more: run `obsgen diff -v`."] if len(shown) < len(blocks) else []
    if blocks:
        yield folded("Details", [*shown, *left])


def _detail(line: Line) -> Sequence[str]:
    details = [code(each) for change in line.changes for each in change.details]
    names = [plain(", ".join(line.names))] if len(line.names) > 1 else []
    if not details and not names:
        return ()
    said = "<br>".join([*names, *dict.fromkeys(details)])
    return [f"- {plain(line.subject)}: {plain(line.first.what)} ({code(line.first.id)})<br>{said}"]
