"""For pull requests: a short comment that is found again by its first line, so that it can be updated in place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from obsgen.diff.model import Risk
from obsgen.diff.report import Options, faults
from obsgen.diff.telling import Line, Section, Told, summary
from obsgen.findings import Finding, ObsgenError, redacted
from obsgen.report.markdown import MOST_CHARACTERS, code, fitting, folded, plain
from obsgen.report.printable import printable

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
_MOST_DETAILS, _LONGEST, _NEAR = 20, 2000, 60
"""Lines and names in the details of a row, characters of a line, and those beside a part that differs."""


def render(told: Told, options: Options) -> str:
    """What the changes come to, the riskiest of them, and the rest and all details folded away."""
    title = f", {plain(told.against)}" if told.against else ""
    blocks = [MARKER, f"### obsgen diff: {plain(summary(told.counts))}{title}"]
    if not options.quiet:
        blocks += [*_tables(told), *_details(told), *(f"Note: {plain(each)}" for each in told.notes)]
    return f"{blocks[0]}\n" + "\n\n".join(blocks[1:]) + "\n"


def refused(problem: ObsgenError) -> str:
    """That nothing could be compared, and why: it takes the place of what a comment said before."""
    found = faults(problem)
    count = f", {len(found)} error{'s' if len(found) > 1 else ''}" if found else ""
    rows = fitting([_fault(each) for each in found], _ROOM)
    table = "\n".join(["| what is wrong | where |", "|---|---|", *rows[:MOST_LINES]])
    more = [f"{len(found) - MOST_LINES:,} more: run `obsgen diff`."] if len(found) > MOST_LINES else []
    why = [table, *more] if found else [plain(redacted(str(problem)) or "The log says why.")]
    return f"{MARKER}\n" + "\n\n".join([f"### obsgen diff: could not be compared{count}", *why]) + "\n"


def _fault(finding: Finding) -> str:
    said = [finding.message, *finding.hint.splitlines()[:1]]
    return f"| {code(finding.id)} {'<br>→ '.join(map(plain, said))} | {code(str(finding.place))} |"


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
    """What -v tells beyond the rows, as far as there is room."""
    blocks = [block for line in told.lines for block in _detail(line)]
    shown = fitting(blocks, _ROOM - 500)
    left = [f"{len(blocks) - len(shown):,} more: run `obsgen diff -v`."] if len(shown) < len(blocks) else []
    if blocks:
        yield folded("Details", ["\n\n".join([*shown, *left])])


def _detail(line: Line) -> Iterator[str]:
    lines = [_clipped(each) for each in _lines(line)]
    names = [] if lines or len(line.names) == 1 else [plain(each) for each in line.names]
    said = [_some(names, ", "), _some([code(str(each)) for each in line.causes[1:]], ", ", "also brought by ")]
    blocks = [*filter(None, said), *([_block("\n".join([*lines[:_MOST_DETAILS], *_left(lines)]))] if lines else [])]
    if blocks:
        yield "\n\n".join([f"**{plain(line.subject)}** ({code(line.first.id)})", *blocks])


def _lines(line: Line) -> Iterator[str]:
    """The details that say more than the row, each pair of expressions without most of what is the same in both."""
    for change in line.changes:
        found = [each for each in change.details if each not in change.what.split("; ")]
        yield from ([f"@@ {printable(change.subject)} @@"] if found and len(line.names) > 1 else [])
        for before, each, after in zip(["", *found], found, [*found[1:], ""], strict=False):
            pair = (each, after) if each.startswith("- ") else (before, each)
            is_pair = pair[0].startswith("- ") and pair[1].startswith("+ ")
            yield around(*pair)[pair.index(each)] if is_pair else printable(each)


def around(old: str, new: str) -> tuple[str, str]:
    """Two lines without most of what they have in common before and behind the part that differs."""
    one, other = printable(old[2:]), printable(new[2:])
    start = _common(one, other)
    end = _common(one[start:][::-1], other[start:][::-1])
    first = start - _NEAR if start > 2 * _NEAR else 0
    last = end - _NEAR if end > 2 * _NEAR else 0
    before, after = "…" if first else "", "…" if last else ""
    shown = (f"{before}{each[first : len(each) - last]}{after}" for each in (one, other))
    return f"- {next(shown)}", f"+ {next(shown)}"


def _common(one: str, other: str) -> int:
    """How many characters are the same in both, from the first on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _clipped(text: str) -> str:
    """A line without the end of what nobody would read."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _left(lines: Sequence[str]) -> list[str]:
    return [f"… and {len(lines) - _MOST_DETAILS:,} more" for _ in lines[_MOST_DETAILS : _MOST_DETAILS + 1]]


def _some(texts: Sequence[str], between: str, head: str = "") -> str:
    """The first of some texts, and how many more there are."""
    more = [f"and {len(texts) - _MOST_DETAILS:,} more"] if len(texts) > _MOST_DETAILS else []
    return f"{head}{between.join([*texts[:_MOST_DETAILS], *more])}" if texts else ""


def _block(text: str) -> str:
    """Lines as a difference, which no text in them can end."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}diff\n{text}\n{fence}"
