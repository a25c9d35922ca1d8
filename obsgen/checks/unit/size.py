"""Limits of a size that the thing never has: seconds that were meant as milliseconds, bytes for MiB, Fahrenheit."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Comparison, comparisons
from obsgen.repository.queries.sizes import OddSize, odd_size
from obsgen.units import number_text

ID = "unit/size"
LEVEL = 4
SEVERITY = Severity.WARNING

_NAMES = {"seconds": "s", "bytes": "B", "watts": "W", "celsius": "°C"}


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the comparison of an alert."""
    for meaning in repository.meanings:
        for one in comparisons(meaning) if meaning.expression.kind == "alert" else ():
            size = odd_size(one)
            if size:
                message, hint = _told(one, size)
                yield Finding(ID, SEVERITY, message, meaning.place(one.node), hint)


def _told(one: Comparison, size: OddSize) -> tuple[str, str]:
    name, unit = one.reading.series[0].metric, _NAMES[size.unit]
    is_ = f"{number_text(one.limit)} of {name} is {number_text(size.limit)} {unit}"
    hint = f"a value of 1 is {number_text(size.measure)} {unit} here: write the limit in that measure"
    return f"{is_}: {'so little' if size.is_little else 'so much'} is hardly meant", hint
