"""What a user may choose about a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`verbose` leaves nothing out; `colour` is for terminals only."""

    verbose: bool = False
    colour: bool = False
