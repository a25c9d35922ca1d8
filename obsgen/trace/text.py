"""A path for people: one hop a line, what it does on the left, where it stands on the right."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from obsgen.checks import wording
from obsgen.findings import Finding, Place, Severity
from obsgen.report.options import Options
from obsgen.report.printable import printable, width
from obsgen.report.text import Line, Span, joined
from obsgen.trace.model import Hop, State, Trace, Tracing, numbered

_WIDTH = 100
_PLACE = 36
_LEFT = 17
"""The columns before the text of a hop: number, kind and mark."""
_MOST = 6
"""How many hops of one kind are shown, unless all are asked for or they are broken."""

_MARKS = {State.FACT: "✓", State.ASSUMED: "?", State.DOUBTFUL: "!", State.BROKEN: "✗"}
_STYLES = {State.FACT: "green", State.ASSUMED: "yellow", State.DOUBTFUL: "bold yellow", State.BROKEN: "bold red"}


def render(tracing: Tracing, options: Options) -> str:
    """All paths of a name, with a line between them."""
    blocks = [list(_block(each, options)) for each in tracing.traces]
    lines = [line for number, block in enumerate(blocks) for line in ([[Span("")]] if number else []) + block]
    return joined(lines, options)


def _block(trace: Trace, options: Options) -> Iterator[Line]:
    kind = "" if trace.kind == "alert" else f"{trace.kind} "
    yield from _row([Span(f"{kind}{printable(trace.name)}", "bold")], "", trace.place, 0)
    where = told_where(trace)
    for text in filter(None, (where, trace.sentence)):
        yield from ([Span(f"  {line}")] for line in _wrapped(printable(text), _WIDTH - 2))
    previous, told = 0, set[Finding]()
    for number, hop in _shown(trace.hops, options):
        yield from _hop(0 if number == previous else number, hop)
        yield from (line for each in hop.findings if each not in told for line in _finding(each))
        told.update(hop.findings)
        previous = number
    yield from _left_out(trace.hops, options)
    yield from _verdict(trace)


def told_where(trace: Trace) -> str:
    """The stack and the environments of a path, in words; empty for files of no rendered tree."""
    names = trace.environments
    listed = wording.listed(names, len(names))
    return ": ".join(filter(None, (trace.stack, listed))) + (" alike" if len(names) > 1 else "")


def _shown(hops: Iterable[Hop], options: Options) -> Iterator[tuple[int, Hop]]:
    """The hops with their numbers: of each kind the first few, and all that are broken."""
    seen: dict[int, int] = {}
    for number, hop in numbered(hops):
        seen[number] = seen.get(number, 0) + 1
        if options.verbose or seen[number] <= _MOST or hop.state == State.BROKEN:
            yield number, hop


def _left_out(hops: tuple[Hop, ...], options: Options) -> Iterator[Line]:
    shown = {id(hop) for _, hop in _shown(hops, options)}
    lost: dict[str, int] = {}
    for hop in hops:
        if id(hop) not in shown:
            lost[hop.kind] = lost.get(hop.kind, 0) + 1
    if lost:
        text = ", ".join(f"{count} more of {kind}" for kind, count in lost.items())
        yield [Span(f"    and {text} (-v shows all)", "dim")]


def _hop(number: int, hop: Hop) -> Iterator[Line]:
    head = f"{number or '':>2} {hop.kind if number else '':<11}"
    mark = Span(f"{_MARKS[hop.state]} ", _STYLES[hop.state])
    note = "" if hop.state == State.FACT else f" ({hop.state})"
    yield from _row([Span(f"{head} "), mark], printable(hop.text) + note, hop.place, _LEFT)


def _finding(finding: Finding) -> Iterator[Line]:
    style = _STYLES[State.BROKEN if finding.severity == Severity.ERROR else State.DOUBTFUL]
    label = f"{finding.severity}[{finding.id}]"
    message = f"{label}: {printable(finding.message)}"
    if not finding.hint:
        yield from _row([Span(" " * _LEFT)], message, finding.place, _LEFT)
        return
    lines = _wrapped(message, _WIDTH - _LEFT)
    yield from ([Span(" " * _LEFT), Span(line, style if not index else "")] for index, line in enumerate(lines))
    hint = f"→ {printable(' '.join(finding.hint.split()))}"
    yield from _row([Span(" " * _LEFT)], hint, finding.place, _LEFT)


def _row(head: Line, text: str, place: Place | None, indent: int) -> Iterator[Line]:
    """A text with its place at the right; what does not fit beside it stands below."""
    where = short(place) if place else ""
    begun = sum(width(span.text) for span in head)
    room = _WIDTH - begun - (width(where) + 2 if where else 0)
    plain = " ".join(text.split())
    first = next(iter(textwrap.wrap(plain, max(room, 1), break_long_words=False, break_on_hyphens=False)), "")
    if width(first) > room:
        first = plain[: _WIDTH - begun]  # a long word takes the line, and the place the next one
    gap = _WIDTH - begun - width(first) - width(where)
    beside = [Span(" " * gap + where, "dim")] if where and gap >= 2 else []
    yield [*head, Span(first), *beside]
    if where and not beside:
        yield [Span(" " * (_WIDTH - width(where)) + where, "dim")]
    yield from ([Span(" " * indent), Span(line)] for line in _wrapped(plain[len(first) :].strip(), _WIDTH - indent))


def _wrapped(text: str, columns: int) -> list[str]:
    return textwrap.wrap(text, columns, break_on_hyphens=False)


def short(place: Place, most: int = _PLACE) -> str:
    """File and line, with dots in front where that is long."""
    text = f"{printable(place.file)}:{place.line}"
    if width(text) <= most:
        return text
    tail = text[-(most - 1) :]
    while width(tail) >= most:
        tail = tail[1:]
    slash = tail.find("/")
    return f"…{tail[slash:] if 0 <= slash < most // 2 else tail}"


def _verdict(trace: Trace) -> Iterator[Line]:
    broken = trace.broken
    if not broken:
        counts = ((len(trace.assumed), "assumed"), (len(trace.doubtful), "doubtful"))
        rest = (f", {count} hop{'s' if count > 1 else ''} {what}" for count, what in counts if count)
        yield [Span(f"  whole{''.join(rest)}", "bold")]
        return
    numbers = {id(hop): number for number, hop in numbered(trace.hops)}
    at = dict.fromkeys(f"{numbers[id(hop)]} ({hop.kind})" for hop in broken)
    first = next((finding.id for hop in broken for finding in hop.findings if finding.severity == Severity.ERROR), "")
    more = f"  obsgen explain {first}" if first else ""
    yield [Span(f"  BROKEN at {', '.join(at)}", _STYLES[State.BROKEN]), Span(more, "dim")]
