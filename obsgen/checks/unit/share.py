"""Shares and percentages that are mistaken for each other in a comparison."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Comparison, comparisons
from obsgen.repository.queries.parts import is_part_of_whole
from obsgen.units import number_text

ID = "unit/share"
LEVEL = 4
SEVERITY = Severity.ERROR

_RISING = frozenset((">", ">="))
_ORDERING = _RISING | {"<", "<="}
_PERCENT = 100.0
_LITTLE = 1e-9


def check(repository: Repository) -> Iterator[Finding]:
    """An error for a limit that a share can never pass; a warning for one of a percent, which is likely a share."""
    for meaning in repository.meanings:
        for one in comparisons(meaning):
            known = _fault(one) if one.reading.is_share and one.reading.dimension else None
            fault = known or (_of_parts(one) if is_part_of_whole(one.side) else None)
            if fault:
                severity, message, hint = fault
                yield Finding(ID, severity, message, meaning.place(one.node), hint)


def _fault(one: Comparison) -> tuple[Severity, str, str] | None:
    """What is wrong with a limit: `most` is the value that means all of it."""
    most = 1 / one.reading.dimension.factor if one.reading.dimension else 1.0
    names = " and ".join(dict.fromkeys(row.name for row in one.reading.series)) or "this"
    limit = number_text(one.limit)
    if one.limit > most * (1 + _LITTLE) and most < _PERCENT:
        outcome = "never true" if one.operator in _RISING else "always true"
        message = f"{names} is a share between 0 and {number_text(most)}: {one.operator} {limit} is {outcome}"
        return SEVERITY, message, f"write {number_text(one.limit / _PERCENT)}" if one.limit <= _PERCENT else ""
    if most >= _PERCENT and 0 < one.limit <= 1:
        message = f"{names} is a percentage, 0 to {number_text(most)}: {limit} is less than or one percent of it"
        return Severity.WARNING, message, f"write {number_text(one.limit * most)}"
    if one.limit > most * (1 + _LITTLE):
        return SEVERITY, f"{names} is a percentage: it never is more than {number_text(most)}", ""
    return None


def _of_parts(one: Comparison) -> tuple[Severity, str, str] | None:
    """What is wrong with a limit on a part that is divided by its whole."""
    if one.limit <= 1 + _LITTLE or one.operator not in _ORDERING:
        return None
    limit, outcome = number_text(one.limit), "never true" if one.operator in _RISING else "always true"
    message = f"a part of its whole is a share between 0 and 1: {one.operator} {limit} is {outcome}"
    return SEVERITY, message, f"write {number_text(one.limit / _PERCENT)}" if one.limit <= _PERCENT else ""
