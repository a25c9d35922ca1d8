"""What a user may choose about a report."""

from __future__ import annotations

from dataclasses import dataclass

from obsgen.findings import Severity


@dataclass(frozen=True, slots=True)
class Options:
    """`verbose` leaves nothing out; `colour` is for terminals only; `fail_on` is the least severity that fails."""

    verbose: bool = False
    colour: bool = False
    fail_on: Severity = Severity.ERROR
