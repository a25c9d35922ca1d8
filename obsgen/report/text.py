"""For people: each finding with its line and what to type, then what was checked and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from obsgen.findings import Finding, Place, Severity, scrubbed
from obsgen.report.options import Options
from obsgen.report.printable import printable, width
from obsgen.report.sources import reader

if TYPE_CHECKING:
    from obsgen.checks import LevelCount, Report, ToolUse

MOST_OF_ONE_CHECK = 10
"""How many findings of one check are shown unless asked for all."""
MOST_NOTES = 6
"""How many further places of a finding are told; those that are rendered may be many."""

_MAX_LINE = 160
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}


class Span(NamedTuple):
    """A piece of a line and its style, empty for none."""

    text: str
    style: str = ""


Line = list[Span]


def render(report: Report, options: Options) -> str:
    """Findings and counts as lines."""
    allowed = [one.finding for one in report.suppressed]
    return joined([*_findings(report.findings, options, allowed), *_summary(report, options)], options)


def findings_text(findings: Iterable[Finding], options: Options | None = None) -> str:
    """Findings alone, all of them unless the options say otherwise; without the last line break."""
    chosen = options or Options(verbose=True)
    return joined(_findings(findings, chosen), chosen).rstrip("\n")


def _findings(findings: Iterable[Finding], options: Options, allowed: Iterable[Finding] = ()) -> Iterator[Line]:
    """The lines for findings: without `verbose` no infos, and of each check only the first few.

    What is `allowed` is not told; secrets among it stay hidden all the same.
    """
    found = tuple(findings)
    read = reader((*found, *allowed))
    shown: Counter[str] = Counter()
    for finding in found:
        if finding.severity == Severity.INFO and not options.verbose:
            continue
        shown[finding.id] += 1
        if options.verbose or shown[finding.id] <= MOST_OF_ONE_CHECK:
            source = read(finding.place.file)
            yield from _finding(scrubbed(finding, source.secrets), source.lines)
    for check, count in shown.items():
        if count > MOST_OF_ONE_CHECK and not options.verbose:
            yield [Span(f"and {count - MOST_OF_ONE_CHECK} more of {check} (-v shows all)", "dim")]


def _finding(finding: Finding, source: list[str]) -> Iterator[Line]:
    place = finding.place
    label = Span(f"{finding.severity}[{finding.id}]", _STYLES[finding.severity])
    yield [Span(f"{printable(str(place))}: ", "bold"), label, Span(f": {printable(finding.message)}")]
    gutter = " " * max(len(str(place.line)) + 2, 6)
    hint = [printable(line) for line in finding.hint.splitlines()] or [""]
    line = source[place.line - 1] if place.line <= len(source) else ""
    if line.strip() and (place.line, place.column, place.length) != (1, 1, 1):
        shown, before, carets = _cut(line, place)
        yield [Span(f"{place.line:>{len(gutter) - 1}} | ", "dim"), Span(shown)]
        marks = Span("^" * carets, _STYLES[finding.severity])
        yield [Span(f"{gutter}| ", "dim"), Span(" " * before), marks, Span(f" {hint[0]}")]
        hint = hint[1:]
    notes = [f"{note.message} ({note.place})" for note in finding.notes[:MOST_NOTES]]
    notes += [f"and {len(finding.notes) - MOST_NOTES} more places"] if len(finding.notes) > MOST_NOTES else []
    for text in filter(None, (*hint, *map(printable, notes))):
        yield [Span(f"{gutter}| ", "dim"), Span(text)]


def _cut(line: str, place: Place) -> tuple[str, int, int]:
    """What is shown of a line, how many columns of it stand before the carets, and how many carets there are.

    Of a long line a piece around the place is shown, with dots where it goes on.
    """
    start = min(max(0, place.column - 1 - _MAX_LINE // 2), max(0, len(line) - _MAX_LINE))
    end = start + _MAX_LINE
    first, last = "…" if start else "", "…" if end < len(line) else ""
    shown = printable(line[start:end])
    before = width(first) + width(printable(line[start : place.column - 1]))
    carets = max(1, width(printable(line[place.column - 1 : end][: place.length])))
    return f"{first}{shown}{last}", before, carets


def _summary(report: Report, options: Options) -> Iterator[Line]:
    counts = report.counts
    levels = ", ".join(_level(one) for one in report.levels if one.checked or not one.judged)
    looked = [_number(counts.objects, "object"), _number(counts.rules, "rule"), _number(counts.panels, "panel")]
    yield [Span(f"checked {', '.join(looked)} in {_number(counts.files, 'file')}: {levels}")]
    yield from _skipped(report, options)
    yield from _suppressed(report, options)
    yield from _assumed(report, options)
    notes = {tool.version or tool.note for tool in report.tools}
    if len(notes) == 1:
        yield [Span(f"tools: {notes.pop()}")]
    elif report.tools:
        yield [Span("tools: "), *(span for tool in report.tools for span in _tool(tool))]
    yield _verdict(report, options)


def _level(level: LevelCount) -> str:
    return f"{level.name} {level.passed}/{level.checked}" if level.judged else f"{level.name} –"


def _skipped(report: Report, options: Options) -> Iterator[Line]:
    reasons = Counter(printable(one.reason) for one in report.unread)
    queries = sum(one.skipped for one in report.levels if one.level == 3)
    parts = [f"{count} × {reason}" for reason, count in sorted(reasons.items())]
    if queries:
        parts.append(f"{_number(queries, 'query', 'queries')} in other languages")
    if parts:
        yield [Span("not checked: " + "; ".join(parts[:5]) + ("; …" if len(parts) > 5 else ""))]
    for one in report.unread if options.verbose else ():
        yield [Span(f"  {printable(one.file)}: {printable(one.reason)}", "dim")]


def _suppressed(report: Report, options: Options) -> Iterator[Line]:
    """How many findings somebody allows; with `verbose` which, why, until when and where."""
    if report.suppressed:
        more = "" if options.verbose else " (-v lists them)"
        yield [Span(f"suppressed: {_number(len(report.suppressed), 'finding')}{more}")]
    for one in report.suppressed if options.verbose else ():
        until = f", until {one.until}" if one.until else ""
        text = f"{one.finding.place}: {one.finding.id}: {one.reason}{until} ({one.place})"
        yield [Span(f"  {printable(text)}", "dim")]


def _assumed(report: Report, options: Options) -> Iterator[Line]:
    """How much lies outside of the files and is taken for true; with `verbose` what, and where it matters."""
    if report.assumptions:
        more = "" if options.verbose else " (-v lists them)"
        yield [Span(f"assumed: {_number(len(report.assumptions), 'thing')} outside of these files{more}")]
    for one in report.assumptions if options.verbose else ():
        yield [Span(f"  {printable(f'{one.place}: {one.text}')}", "dim")]


def _tool(tool: ToolUse) -> Iterator[Span]:
    if tool.version:
        yield Span(f"{tool.name} {tool.version} ✓  ")
    else:
        yield Span(f"{tool.name} – {tool.note}  ", "dim")


def _verdict(report: Report, options: Options) -> Line:
    errors, warnings, infos = (report.count(severity) for severity in Severity)
    text = f"{_number(errors, 'error')}, {_number(warnings, 'warning')}"
    if infos:
        text += f", {_number(infos, 'note')}" + ("" if options.verbose else " (-v lists them)")
    fixes = sum(one.can_be_fixed for one in report.findings)
    text += f"; --fix corrects {fixes}" if fixes else ""
    first = next((one for one in report.findings if one.severity != Severity.INFO), None)
    absent = any(tool.note.startswith("absent") for tool in report.tools)
    next_step = f"obsgen explain {first.id}" if first else "obsgen tools install" if absent else ""
    return [Span(f"{text} in {report.seconds:.1f} s.", "bold"), *([Span(f"  {next_step}", "dim")] if next_step else [])]


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count or 'no'} {one if count == 1 else many or one + 's'}"


def joined(lines: Iterable[Line], options: Options) -> str:
    """Lines as text, with the styles of their spans where colours are wanted."""
    if not options.colour:
        return "".join("".join(span.text for span in line).rstrip() + "\n" for line in lines)
    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    console = Console(file=out, force_terminal=True, highlight=False, soft_wrap=True, legacy_windows=False)
    for line in lines:
        console.print(Text.assemble(*((span.text, span.style) for span in line)))
    return out.getvalue()
