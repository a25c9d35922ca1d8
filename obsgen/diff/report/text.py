"""For a terminal: a line for each thing that means something else now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_WHERE, _SUBJECT, _WHAT, _SPOT = 30, 56, 60, 40
"""Columns in which most fits. What is longer moves the rest: elsewhere than on a terminal nothing is cut."""
_LEAST = 24
_NARROW = 56
"""Columns for subject and sentence, below which each change takes several lines."""
_MOST_WRAPPED = 3


def render(told: Told, options: Options) -> str:
    """The changes as a table, the riskiest first, and what they come to."""
    lines = [] if options.quiet else list(_table(told, options))
    against = f", {printable(told.against)}" if told.against and not told.lines else ""
    text = f"{summary(told.counts)}{against}."
    more = "" if options.verbose or options.quiet or not told.lines else f" {_MORE}"
    return joined([*lines, [Span(text, "bold"), Span(more, "dim")]], Joining(colour=options.colour))


def _table(told: Told, options: Options) -> Iterator[list[Span]]:
    shown = told.sections if options.verbose else told.first(MOST_LINES)
    for section in shown:
        yield [Span(printable(f"{section.title}, {told.against}" if told.against else section.title), "bold")]
        yield from _section(section, options)
    left = len(told.lines) - sum(len(each.lines) for each in shown)
    if left:
        yield [Span(f"  and {left:,} more, none of them riskier (-v shows all)", "dim")]


@dataclass(frozen=True)
class _Widths:
    """The columns of a section's table: without `whole`, those of the terminal, they are a least."""

    where: int
    subject: int
    what: int
    risk: int
    spot: int
    whole: int | None


def _section(section: Section, options: Options) -> Iterator[list[Span]]:
    widths = _widths(section.lines, options.width)
    for line in section.lines:
        if widths is None:
            yield from _narrow(line, options.width or 0)
        elif widths.whole is None:
            yield [*_head(line, widths), *_tail(line, printable(line.first.what), widths)]
        else:
            yield from _row(line, widths, widths.whole, whole=options.verbose)
        yield from ([Span(f"      {printable(each)}", "dim")] for each in (_details(line) if options.verbose else ()))


def _widths(lines: Sequence[Line], columns: int | None) -> _Widths | None:
    """What fits most lines; None if that is no table any more."""
    where, risk = _widest([line.where for line in lines], _WHERE), _widest([line.risk for line in lines], _WHERE)
    subject = _widest([f"- {line.subject}" for line in lines], _SUBJECT)
    what, spot = _widest([line.first.what for line in lines], _WHAT), _widest([line.spot for line in lines], _SPOT)
    if columns is None:
        return _Widths(where, subject, what, risk, spot, None)
    left = columns - where - risk - 10
    spot = min(spot, max(_LEAST, left - subject - what))
    room = left - spot
    subject = min(subject, max(_LEAST, room * 3 // 5))
    return _Widths(where, subject, min(what, room - subject), risk, spot, columns) if room >= _NARROW else None


def _row(line: Line, widths: _Widths, columns: int, *, whole: bool) -> Iterator[list[Span]]:
    """A change whose sentence goes on below; names that are longer than their column have a line of their own."""
    first, *more = _wrapped(line.first.what, widths.what, whole=whole)
    indent = Span(" " * ((widths.where + 2 if widths.where else 0) + widths.subject + 2))
    head = _head(line, widths)
    if width(head[0].text) > len(indent.text):
        yield [Span(shortened(head[0].text, columns))]
        head = [indent]
    yield [*head, *_tail(line, first, widths)]
    yield from ([indent, Span(f"  {each}")] for each in more)


def _head(line: Line, widths: _Widths) -> list[Span]:
    """Where and what; the latter is padded only where it is not the last in its line."""
    where = f"  {_padded(line.where, widths.where)}" if widths.where else ""
    return [Span(f"{where}  {_padded(f'{line.first.sign} {line.subject}', widths.subject)}")]


def _tail(line: Line, what: str, widths: _Widths) -> list[Span]:
    spot = printable(line.spot) if widths.whole is None else _end(line.spot, widths.spot)
    risk = Span(_padded(line.risk, widths.risk), _STYLES[line.risk])
    return [Span(f"  {_padded(what, widths.what)}  "), risk, Span(f"  {spot}", "dim")]


def _narrow(line: Line, columns: int) -> Iterator[list[Span]]:
    """A change on several lines, where the columns of a table do not fit."""
    room = max(20, columns - 6)
    head = f"{line.where}  {line.first.sign} {line.subject}" if line.where else f"{line.first.sign} {line.subject}"
    first, *more = _wrapped(head, room, whole=True)
    *lines, last = [f"  {first}", *(f"      {each}" for each in more)]
    yield from ([Span(each)] for each in lines)
    fits = width(last) + len(line.risk) + 2 <= columns
    yield [Span(f"{last}  "), Span(line.risk, _STYLES[line.risk])] if fits else [Span(last)]
    yield from () if fits else ([Span("      "), Span(line.risk, _STYLES[line.risk])],)
    yield from ([Span(f"      {each}")] for each in _wrapped(line.first.what, room, whole=True))
    if line.spot:
        yield [Span(f"      {_end(line.spot, room)}", "dim")]


def _details(line: Line) -> Iterator[str]:
    """What a line is called, and all that is known of its changes; what is the same for several of them once."""
    yield line.first.id
    names = line.names
    same: dict[tuple[str, ...], dict[str, None]] = {}
    for each in line.changes:
        same.setdefault(each.details, {})[each.subject] = None
    for details, subjects in same.items():
        yield from ([f"{', '.join(subjects)}:"] if len(names) > 1 and details else [])
        yield from details
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
    lines = wrap(printable(text), columns, break_on_hyphens=False) or [""]
    if whole or len(lines) <= _MOST_WRAPPED:
        return lines
    return [*lines[: _MOST_WRAPPED - 1], shortened(" ".join(lines[_MOST_WRAPPED - 1 :]), columns)]


def _end(text: str, columns: int) -> str:
    """The end of a path, which says most."""
    shown = printable(text)
    return shown if len(shown) <= columns else f"…{shown[-columns + 1 :]}"
