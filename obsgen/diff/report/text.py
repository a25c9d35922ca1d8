"""For a terminal: a line for each thing that means something else now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from obsgen.diff.difference import Difference
from obsgen.diff.report import Options
from obsgen.diff.telling import Line, Section, counts, sections
from obsgen.report.printable import printable

_MORE = "Details: obsgen diff -v, for a comment: --format markdown"


def render(difference: Difference, options: Options) -> str:
    """The changes as a table, the riskiest first, and what they come to."""
    found = sections(difference)
    lines = [line for each in found for line in _section(each, options)]
    lines.append(_summary([line for each in found for line in each.lines], options))
    return "\n".join(map(printable, lines)) + "\n"


def _section(section: Section, options: Options) -> Iterator[str]:
    many = len(section.stacks) > 3
    stacks = f"{len(section.stacks)} stacks" if many else ", ".join(section.stacks)
    yield f"{stacks}, against {options.against}" if options.against else stacks
    cells = [_cells(line) for line in section.lines]
    widths = [min(max(len(row[column]) for row in cells), limit) for column, limit in enumerate((24, 44, 72, 16))]
    for row, line in zip(cells, section.lines, strict=True):
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)).rstrip()
        yield from (f"      {each}" for each in _details(line) if options.verbose)


def _cells(line: Line) -> tuple[str, ...]:
    place = f"{line.place.file}:{line.place.line}" if line.place else ""
    return line.where, f"{line.first.sign} {line.subject}", line.first.what, line.risk, place


def _details(line: Line) -> Iterator[str]:
    yield line.first.id
    for each in line.changes:
        yield from ([f"{each.subject}:"] if len(line.changes) > 1 else [])
        yield from each.details


def _summary(lines: Sequence[Line], options: Options) -> str:
    if not lines:
        return "nothing changes."
    said = ", ".join(f"{count} {_verb(risk, count)}" for risk, count in counts(lines).items())
    return f"{said}." if options.verbose else f"{said}. {_MORE}"


def _verb(risk: str, count: int) -> str:
    """`1 needs review`, `2 need review`, `3 safe`."""
    head, _, tail = risk.partition(" ")
    return risk if count == 1 or not tail or head == "may" else f"{head.removesuffix('s')} {tail}"
