"""For a terminal: a line for each thing that means something else now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from obsgen.diff.model import Risk
from obsgen.diff.report import Options
from obsgen.diff.telling import Line, Section, Told, shortened, summary
from obsgen.report.options import Options as Joining
from obsgen.report.printable import printable, width
from obsgen.report.text import Span, joined

MOST_LINES = 20
"""What is told unless everything is asked for: more would scroll off a screen."""

_MORE = "Details: obsgen diff -v, for a comment: --format markdown"
_STYLES = {
    Risk.SAFE: "green",
    Risk.REVIEW: "yellow",
    Risk.PAGES: "bold yellow",
    Risk.LOSES_DATA: "bold magenta",
    Risk.STOPS_PAGING: "bold red",
    Risk.DESTROYS: "bold white on red",
}
_WHERE, _SUBJECT, _SPOT = 26, 40, 40
_NARROW = 56
"""Columns for subject and sentence, below which each change takes several lines."""
_MOST_WRAPPED = 2


def render(told: Told, options: Options) -> str:
    """The changes as a table, the riskiest first, and what they come to."""
    lines = [] if options.quiet else list(_table(told, options))
    text = summary(told.counts)
    more = "" if options.verbose or options.quiet or not told.lines else f" {_MORE}"
    return joined([*lines, [Span(f"{text}.", "bold"), Span(more, "dim")]], Joining(colour=options.colour))


def _table(told: Told, options: Options) -> Iterator[list[Span]]:
    shown = told.sections if options.verbose else told.first(MOST_LINES)
    for section in shown:
        yield [Span(printable(f"{section.title}, {told.against}" if told.against else section.title), "bold")]
        yield from _section(section, options)
    left = len(told.lines) - sum(len(each.lines) for each in shown)
    if left:
        yield [Span(f"  and {left:,} more, none of them riskier (-v shows all)", "dim")]


def _section(section: Section, options: Options) -> Iterator[list[Span]]:
    rest = [_widest([line.where for line in section.lines], _WHERE), _widest([line.risk for line in section.lines], 16)]
    spot = _widest([line.spot for line in section.lines], _SPOT)
    room = options.width - sum(rest) - spot - 10
    subject = _widest([f"- {line.subject}" for line in section.lines], min(_SUBJECT, max(24, room // 2)))
    what = _widest([line.first.what for line in section.lines], room - subject)
    for line in section.lines:
        if room < _NARROW:
            yield from _narrow(line, options.width)
        else:
            yield from _row(line, (rest[0], subject, what, rest[1]), options)
        yield from ([Span(f"      {printable(each)}", "dim")] for each in (_details(line) if options.verbose else ()))


def _row(line: Line, widths: Sequence[int], options: Options) -> Iterator[list[Span]]:
    where, subject, what, risk = widths
    first, *more = _wrapped(line.first.what, what, whole=options.verbose)
    name = _padded(f"{line.first.sign} {line.subject_within(subject - 2)}", subject)
    head = f"  {_padded(shortened(line.where, where), where)}" if where else ""
    yield [
        Span(f"{head}  {name}  {_padded(first, what)}  "),
        Span(_padded(line.risk, risk), _STYLES[line.risk]),
        Span(f"  {_end(line.spot, _SPOT)}", "dim"),
    ]
    yield from ([Span(" " * (len(head) + subject + 4) + each)] for each in more)


def _narrow(line: Line, columns: int) -> Iterator[list[Span]]:
    """A change on several lines, where the columns of a table do not fit."""
    head = f"{line.where}  " if line.where else ""
    name = line.subject_within(max(8, columns - width(head) - width(line.risk) - 6))
    yield [Span(f"  {head}{line.first.sign} {printable(name)}  "), Span(line.risk, _STYLES[line.risk])]
    yield from ([Span(f"      {each}")] for each in _wrapped(line.first.what, max(20, columns - 6), whole=True))
    if line.spot:
        yield [Span(f"      {_end(line.spot, max(20, columns - 6))}", "dim")]


def _details(line: Line) -> Iterator[str]:
    yield line.first.id
    names = line.names
    for each in line.changes:
        yield from ([f"{each.subject}:"] if len(names) > 1 and each.details else [])
        yield from each.details
    if len(names) > 1 and not any(each.details for each in line.changes):
        yield from names
    yield from (str(each) for each in line.causes[1:])


def _widest(texts: Sequence[str], most: int) -> int:
    return min(max(map(width, map(printable, texts)), default=0), most)


def _padded(text: str, columns: int) -> str:
    shown = printable(text)
    return shown + " " * (columns - width(shown))


def _wrapped(text: str, columns: int, *, whole: bool) -> list[str]:
    """A sentence in lines of so many columns; of a long one the beginning unless all of it is wanted."""
    lines = wrap(printable(text), columns) or [""]
    if whole or len(lines) <= _MOST_WRAPPED:
        return lines
    return [*lines[: _MOST_WRAPPED - 1], shortened(" ".join(lines[_MOST_WRAPPED - 1 :]), columns)]


def _end(text: str, columns: int) -> str:
    """The end of a path, which says most."""
    shown = printable(text)
    return shown if len(shown) <= columns else f"…{shown[-columns + 1 :]}"
