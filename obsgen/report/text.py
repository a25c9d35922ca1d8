"""For people: each finding with its line and what to type, then what was checked and what was not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from obsgen.findings import Finding, Place, Severity, scrubbed
from obsgen.leaks import leaks, masked
from obsgen.report.options import Options
from obsgen.report.printable import printable, width
from obsgen.secrecy import ID as EXPOSED

if TYPE_CHECKING:
    from obsgen.checks import LevelCount, Report, ToolUse

MOST_OF_ONE_CHECK = 10
"""How many findings of one check are shown unless asked for all."""

_MAX_LINE = 160
_MAX_FILE = 16 * 1024 * 1024
_SECRET = re.compile(r"""\bkind["']?[ \t]*:[ \t]*["']?Secret\b""")
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}


class Span(NamedTuple):
    """A piece of a line and its style, empty for none."""

    text: str
    style: str = ""


Line = list[Span]


def render(report: Report, options: Options) -> str:
    """Findings and counts as lines."""
    return _text([*_findings(report.findings, options), *_summary(report, options)], options)


def findings_text(findings: Iterable[Finding], options: Options | None = None) -> str:
    """Findings alone, all of them unless the options say otherwise; without the last line break."""
    chosen = options or Options(verbose=True)
    return _text(_findings(findings, chosen), chosen).rstrip("\n")


def _findings(findings: Iterable[Finding], options: Options) -> Iterator[Line]:
    """The lines for findings: without `verbose` no infos, and of each check only the first few."""
    found = tuple(findings)
    broken = {finding.place.file for finding in found if finding.id.startswith(("yaml/", "json/"))}
    read = _reader([finding.place for finding in found if finding.id == EXPOSED], broken)
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
        start = max(0, place.column - 1 - _MAX_LINE // 2) if len(line) > _MAX_LINE else 0
        yield [Span(f"{place.line:>{len(gutter) - 1}} | ", "dim"), Span(printable(line[start : start + _MAX_LINE]))]
        indent = " " * width(printable(line[start : place.column - 1]))
        carets = "^" * max(1, min(width(printable(line[place.column - 1 :][: place.length])), _MAX_LINE))
        yield [Span(f"{gutter}| ", "dim"), Span(f"{indent}{carets}", _STYLES[finding.severity]), Span(f" {hint[0]}")]
        hint = hint[1:]
    for text in filter(None, hint):
        yield [Span(f"{gutter}| ", "dim"), Span(text)]


def _summary(report: Report, options: Options) -> Iterator[Line]:
    counts = report.counts
    levels = ", ".join(_level(one) for one in report.levels if one.checked or not one.judged)
    looked = [_number(counts.objects, "object"), _number(counts.rules, "rule"), _number(counts.panels, "panel")]
    yield [Span(f"checked {', '.join(looked)} in {_number(counts.files, 'file')}: {levels}")]
    unjudged = [one.name for one in report.levels if not one.judged]
    if unjudged and options.verbose:
        meaning = "whether the series exist, are scraped, and reach a rule, a route and a receiver"
        yield [Span(f"not judged by this version: {' and '.join(unjudged)} ({meaning})")]
    yield from _skipped(report, options)
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
    first = next((one for one in report.findings if one.severity != Severity.INFO), None)
    absent = any(tool.note.startswith("absent") for tool in report.tools)
    next_step = f"obsgen explain {first.id}" if first else "obsgen tools install" if absent else ""
    return [Span(f"{text} in {report.seconds:.1f} s.", "bold"), *([Span(f"  {next_step}", "dim")] if next_step else [])]


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count or 'no'} {one if count == 1 else many or one + 's'}"


class Source(NamedTuple):
    """The lines of a file without its secrets, and these, so that nothing else tells them."""

    lines: list[str]
    secrets: tuple[str, ...] = ()


def _reader(exposed: Iterable[Place], broken: Collection[str]) -> Callable[[str], Source]:
    """A function that gives a file, empty if it cannot be read, and keeps it; what is `exposed` is left out.

    Of a `broken` file with a Secret nobody knows which values are secret: no line of it is given.
    """
    places: dict[str, list[Place]] = {}
    for place in exposed:
        places.setdefault(place.file, []).append(place)

    @cache
    def source(file: str) -> Source:
        try:
            with Path(file).open("rb") as stream:
                raw = stream.read(_MAX_FILE + 1)
        except OSError:
            return Source([])
        text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        if len(raw) > _MAX_FILE or (file in broken and _SECRET.search(text)):
            return Source([])
        secrets = (text[leak.start : leak.start + leak.length] for leak in leaks(text))
        return Source(_covered(masked(text).split("\n"), places.get(file, ())), tuple(secrets))

    return source


def _covered(lines: list[str], places: Iterable[Place]) -> list[str]:
    """The lines with asterisks at the places."""
    for place in places:
        if place.line <= len(lines):
            line, start = lines[place.line - 1], place.column - 1
            lines[place.line - 1] = f"{line[:start]}{'*' * place.length}{line[start + place.length :]}"
    return lines


def _text(lines: Iterable[Line], options: Options) -> str:
    if not options.colour:
        return "".join("".join(span.text for span in line).rstrip() + "\n" for line in lines)
    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    console = Console(file=out, force_terminal=True, highlight=False, soft_wrap=True, legacy_windows=False)
    for line in lines:
        console.print(Text.assemble(*((span.text, span.style) for span in line)))
    return out.getvalue()
