"""A path as a picture: a column for each step, boxes for its hops, arrows from left to right; SVG by itself."""

from __future__ import annotations

import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import groupby

from obsgen.findings import Severity
from obsgen.report.printable import printable, width
from obsgen.trace.model import Hop, State, Trace, Tracing, numbered
from obsgen.trace.text import short, told_where

_BOX, _GAP, _MARGIN = 262, 44, 44
_LINE, _PAD, _BETWEEN = 16, 10, 12
_HEAD, _STEP_HEAD = 62, 26
_COLUMNS = 38
"""How many letters fit into a line of a box."""
_ACROSS, _LEAST = 5, 3
"""How many steps stand beside each other, and for how many there is room at least."""
_LONGEST = 160

_INK = "#1a1a1a"
_COLOURS = {
    State.FACT: ("#2f6f4f", "#f4faf6"),
    State.ASSUMED: ("#8a6d1f", "#fdf9ec"),
    State.DOUBTFUL: ("#b4540a", "#fff3e6"),
    State.BROKEN: ("#c62828", "#fdeeee"),
}
"""The line and the ground of a box."""
_DASHES = {State.FACT: "", State.ASSUMED: "5 3", State.DOUBTFUL: "", State.BROKEN: ""}
_WORST = (State.BROKEN, State.DOUBTFUL, State.ASSUMED, State.FACT)
_FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"


def render(tracing: Tracing) -> str:
    """All paths of a name below each other, as one SVG document."""
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font-family": _FONT})
    ET.SubElement(root, "title").text = _plain(f"The path of {tracing.name}")
    ground = ET.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    top, right = _MARGIN, 0
    for trace in tracing.traces:
        across, down = _drawn(root, trace, top)
        top, right = down + _MARGIN, max(right, across)
    size = {"width": str(right + _MARGIN), "height": str(top)}
    root.attrib.update(size, viewBox=f"0 0 {right + _MARGIN} {top}")
    ground.attrib.update(size)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _plain(text: str) -> str:
    """A text that XML can hold."""
    return printable(text)


def _drawn(root: ET.Element, trace: Trace, top: int) -> tuple[int, int]:
    """Draws a path from `top` on; says how far it reaches to the right and down."""
    group = ET.SubElement(root, "g")
    _text(group, _MARGIN, top + 18, f"{trace.kind} {trace.name}", size=18, weight="bold")
    under = " · ".join(filter(None, (told_where(trace), trace.sentence)))
    _text(group, _MARGIN, top + 38, _cut(under, _LONGEST), size=13)
    steps = [[hop for _, hop in found] for _, found in groupby(numbered(trace.hops), key=lambda each: each[0])]
    top += _HEAD
    for first in range(0, len(steps), _ACROSS):
        top = _row(group, steps, first, top)
    return _MARGIN + max(min(len(steps), _ACROSS), _LEAST) * (_BOX + _GAP), top


def _row(group: ET.Element, steps: Sequence[Sequence[Hop]], first: int, top: int) -> int:
    """Draws as many steps as go beside each other; says where they end. An arrow leads to each from the one before."""
    below = top
    for number in range(first, min(first + _ACROSS, len(steps))):
        left = _MARGIN + (number - first) * (_BOX + _GAP)
        if number:
            _arrow(group, left - _GAP, top + 12, steps[number - 1])
        _text(group, left, top + 16, f"{number + 1} {steps[number][0].kind}", size=14, weight="bold")
        below = max(below, _column(group, steps[number], left, top + _STEP_HEAD))
    return below + _BETWEEN


def _column(group: ET.Element, hops: Sequence[Hop], left: int, top: int) -> int:
    for hop in hops:
        top = _box(group, hop, left, top) + _BETWEEN
    return top


def _box(group: ET.Element, hop: Hop, left: int, top: int) -> int:
    """Draws a hop; says where its box ends."""
    line, ground = _COLOURS[hop.state]
    lines = _lines(hop)
    height = len(lines) * _LINE + 2 * _PAD
    box = ET.SubElement(group, "g", {"class": f"hop {hop.state}"})
    ET.SubElement(box, "title").text = _plain(hop.text)
    shape = {"x": left, "y": top, "width": _BOX, "height": height, "rx": 6}
    look = {"fill": ground, "stroke": line, "stroke-width": "3" if hop.state == State.BROKEN else "1.5"}
    dashes = {"stroke-dasharray": _DASHES[hop.state]} if _DASHES[hop.state] else {}
    ET.SubElement(box, "rect", {**{key: str(value) for key, value in shape.items()}, **look, **dashes})
    for number, (text, colour) in enumerate(lines):
        _text(box, left + _PAD, top + _PAD + 12 + number * _LINE, text, fill=colour)
    return top + height


def _lines(hop: Hop) -> list[tuple[str, str]]:
    """What stands in a box, line by line with its colour: the hop, what breaks it, its place."""
    colour = _COLOURS[hop.state][0]
    found = [(line, _INK) for line in _wrapped(hop.text)]
    for each in hop.findings:
        shade = _COLOURS[State.BROKEN if each.severity == Severity.ERROR else State.DOUBTFUL][0]
        found += [(line, shade) for line in _wrapped(f"{each.id}: {each.message}")]
        found += [(line, _INK) for line in _wrapped(f"→ {each.hint}" if each.hint else "")]
    where = short(hop.place, _COLUMNS - 10) if hop.place else ""
    return [*found, (" · ".join(filter(None, ("BROKEN" if hop.state == State.BROKEN else hop.state, where))), colour)]


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(_plain(text), _COLUMNS, break_on_hyphens=False)
    return [_fitting(each) for each in lines]


def _fitting(line: str) -> str:
    """A line without what would stand outside of its box: letters may be twice as wide as others."""
    while width(line) > _COLUMNS:
        line = line[:-1]
    return line


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _arrow(group: ET.Element, left: int, y: int, before: Sequence[Hop]) -> None:
    """What leaves a step: red and crossed out where that is broken, dashed where some of it is assumed."""
    states = {each.state for each in before}
    state = next(each for each in _WORST if each in states)
    start, end = left + 6, left + _GAP - 6
    dashes = {"stroke-dasharray": _DASHES[state]} if _DASHES[state] else {}
    look = {"class": f"link {state}", "stroke": _COLOURS[state][0], "stroke-width": "2", "fill": "none"}
    ET.SubElement(group, "path", {**look, **dashes, "d": f"M{start} {y} H{end}"})
    ET.SubElement(group, "path", {**look, "d": f"M{end - 7} {y - 5} l7 5 l-7 5"})
    if state == State.BROKEN:
        middle = (start + end) // 2 - 4
        ET.SubElement(group, "path", {**look, "d": f"M{middle - 6} {y - 7} l12 14 m0 -14 l-12 14"})


def _text(group: ET.Element, x: int, y: int, text: str, size: int = 12, weight: str = "", fill: str = _INK) -> None:
    look = {"x": str(x), "y": str(y), "font-size": str(size), "fill": fill}
    ET.SubElement(group, "text", {**look, **({"font-weight": weight} if weight else {})}).text = _plain(text)
