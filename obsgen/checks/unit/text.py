"""Values in the texts of alerts that are shown in another unit: a share as a percentage, seconds as bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.dimensions import Dimension, of_unit
from obsgen.knowledge.reading import Reading
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.objects import Located
from obsgen.repository.queries.asked import bare
from obsgen.repository.queries.meanings import Meaning, comparisons
from obsgen.units import number_text

ID = "unit/text"
LEVEL = 4
SEVERITY = Severity.WARNING

_SHOWN = re.compile(r"\{\{-?(?P<body>[^{}]*(?:\$value|\.Value)\b[^{}]*)-?\}\}(?P<tail>\s?%)?")
_HUMANIZED = re.compile(r"\b(humanizePercentage|humanizeDuration|humanize1024)\b")
_TIME, _BYTES = of_unit("seconds").powers, of_unit("bytes").powers
_MEANT = {"humanizeDuration": ("a time", _TIME), "humanize1024": ("bytes", _BYTES)}
_PERCENT = 0.01


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the text's action: the alert fires all the same, and who is paged reads a wrong number."""
    for meaning in repository.meanings:
        rule = meaning.expression.rule if meaning.expression.kind == "alert" else None
        reading = meaning.of(meaning.root)
        if rule and reading.dimension is not None and reading.series:
            for text in rule.strings("annotations"):
                yield from _judged(meaning, reading, reading.dimension, text)


def _judged(meaning: Meaning, reading: Reading, dimension: Dimension, text: Located) -> Iterator[Finding]:
    for found in _SHOWN.finditer(text.value):
        function = _HUMANIZED.search(found["body"])
        name = function[1] if function else ""
        fault = _as_share(meaning, reading, dimension, name, bool(found["tail"])) or _as_unit(reading, dimension, name)
        if fault:
            place = text.text_place((), found.start(), found.end() - found.start())
            yield Finding(ID, SEVERITY, fault[0], place, fault[1])


def _as_share(
    meaning: Meaning, reading: Reading, dimension: Dimension, function: str, is_percent: bool
) -> tuple[str, str] | None:
    """What is wrong with a value that is shown as a percentage."""
    if not is_percent and function != "humanizePercentage":
        return None
    name = reading.series[0].name
    if dimension.powers:
        return f"this shows a percentage, and the value is {dimension} ({name})", "leave out the %, name the unit"
    if function == "humanizePercentage":
        is_hundred = reading.is_share and abs(dimension.factor - _PERCENT) < 1e-9
        message = f"the value is a percentage already: humanizePercentage shows {name} 100 times too large"
        return (message, "write {{ $value | humanize }}%") if is_hundred else None
    if (reading.is_share and dimension.factor == 1) or _is_held_as_share(meaning):
        return (
            "the value is a share: as a percentage it is 100 times too small",
            "write {{ $value | humanizePercentage }}",
        )
    return None


def _is_held_as_share(meaning: Meaning) -> bool:
    """Whether the value is a quotient, and the alert holds it against a number below 1."""
    found = [one for one in comparisons(meaning) if one.node is bare(meaning.root)]
    return any(_is_quotient(meaning, bare(one.side)) and 0 < one.limit < 1 for one in found)


def _is_quotient(meaning: Meaning, node: Node) -> bool:
    return node.name == "/" and all(meaning.of(each).value is None for each in node.children)


def _as_unit(reading: Reading, dimension: Dimension, function: str) -> tuple[str, str] | None:
    """What is wrong with a value that is shown as a time, or as bytes."""
    what, powers = _MEANT.get(function, ("", ()))
    if not powers or not dimension.powers:
        return None
    name = reading.series[0].name
    if dimension.powers != powers:
        return f"{function} shows {what}, and the value is {dimension} ({name})", "write humanize, and name the unit"
    if dimension.factor != 1:
        times = number_text(dimension.factor)
        return f"{function} takes base units, and 1 of {name} is {times} of them", f"multiply the value by {times}"
    return None
