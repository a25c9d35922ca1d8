"""For pull requests: a comment that tells the worst first and folds the rest away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from obsgen.findings import Finding, Severity
from obsgen.report.options import Options
from obsgen.report.printable import printable

if TYPE_CHECKING:
    from obsgen.checks import Report

MOST_CHARACTERS = 60_000
"""A comment on GitHub may have 65,536."""

_SHOWN = 10
_LONGEST = 300
_SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.INFO: "ℹ️"}
_HEAD = ["| | finding | where |", "|---|---|---|"]
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~&$#!]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_CALLS = re.compile(r"(?<=[@#])(?=\w)")
"""Behind what calls people and links to issues: a space without width makes it plain text."""


def render(report: Report, options: Options) -> str:
    """A heading, the first findings, and everything else folded; infos only with `verbose`."""
    shown = [one for one in report.findings if options.verbose or one.severity != Severity.INFO]
    shown.sort(key=lambda one: one.severity.rank)
    rows = [_row(finding) for finding in shown]
    tail = [*_suppressed(report), *_levels(report)]
    blocks = [f"### obsgen: {_verdict(report)}"]
    room = MOST_CHARACTERS - sum(map(len, tail)) - 500
    first = fitting(rows, room)
    if first:
        blocks.append("\n".join([*_HEAD, *first[:_SHOWN]]))
    if len(first) > _SHOWN:
        blocks.append(folded(f"{len(first) - _SHOWN} more", [*_HEAD, *first[_SHOWN:]]))
    if len(first) < len(rows):
        blocks.append(f"{len(rows) - len(first)} more do not fit into a comment: run `obsgen validate -v`.")
    return "\n\n".join([*blocks, *tail]) + "\n"


def _verdict(report: Report) -> str:
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    counts = {name: report.count(severity) for severity, name in names.items()}
    parts = [f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count]
    return ", ".join(parts) or "nothing found"


def fitting(rows: Sequence[str], room: int) -> list[str]:
    """As many of the first rows as there is room for."""
    found = []
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            break
        found.append(row)
    return found


def _row(finding: Finding) -> str:
    hint = finding.hint.splitlines()[:1]
    notes = [f"{note.message} ({note.place})" for note in finding.notes[:3]]
    said = "<br>".join([plain(finding.message), *(f"→ {plain(text)}" for text in filter(None, [*hint, *notes]))])
    return f"| {_SIGNS[finding.severity]} | {code(finding.id)} {said} | {code(str(finding.place))} |"


def _suppressed(report: Report) -> Iterator[str]:
    if report.suppressed:
        rows = [
            f"| {code(one.finding.id)} | {code(str(one.finding.place))} | {plain(one.reason)} | {one.until or '–'} |"
            for one in report.suppressed
        ]
        first = fitting(rows, MOST_CHARACTERS // 4)
        left = [f"| {len(rows) - len(first)} more | | | |"] if len(first) < len(rows) else []
        lines = ["| finding | where | why | until |", "|---|---|---|---|", *first, *left]
        yield folded(f"{len(report.suppressed)} suppressed", lines)


def _levels(report: Report) -> Iterator[str]:
    counts = report.counts
    looked = (
        f"{counts.objects} objects, {counts.rules} rules, {counts.panels} panels in {counts.files} files; "
        f"{len(report.unread)} files or documents were not checked"
    )
    rows = [
        f"| {plain(one.name)} | {f'{one.passed} of {one.checked}' if one.judged else '–'} | {one.skipped} |"
        for one in report.levels
    ]
    tools = ", ".join(plain(f"{one.name} {one.version or one.note}") for one in report.tools)
    lines = [looked, "", "| level | without errors | not checked |", "|---|---|---|", *rows]
    yield folded("What was checked", [*lines, *(["", f"Tools: {tools}"] if tools else [])])


def folded(title: str, lines: Iterable[str]) -> str:
    """Lines that are seen when somebody opens their title."""
    return "\n".join([f"<details><summary>{title}</summary>", "", *lines, "", "</details>"])


def plain(text: str) -> str:
    """A text that means nothing to Markdown and calls nobody; of a long one the beginning."""
    return _CALLS.sub("\u200b", _SPECIAL.sub(r"\\\g<0>", _short(text)))


def code(text: str) -> str:
    """A text as code, for a cell of a table; of a long one the end, where a path says most."""
    shown = printable(text)
    shown = shown if len(shown) <= _LONGEST else f"…{shown[-_LONGEST:]}"
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown[:1] in ("`", " ") or shown[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", r"\|")


def _short(text: str) -> str:
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
