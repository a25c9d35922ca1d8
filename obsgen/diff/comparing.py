"""`obsgen diff`: two sides, what differs between them, what brought it, and how all of it is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from obsgen.diff.causes.attribution import attribute
from obsgen.diff.difference import difference
from obsgen.diff.hiding import hidden
from obsgen.diff.sides.both import Asked, Sides, sides
from obsgen.diff.sides.environments import between, only
from obsgen.diff.telling import Told, told


def compare(asked: Asked, environments: Sequence[str], here: Path) -> Told:
    """What is told of two sides: of all environments, of one, or of what differs between two on the newer side."""
    with sides(asked, here) as both:
        if len(environments) == 2:
            return _environments(both, *environments)
        old, new = both.old.tree, both.new.tree
        if environments:
            old, new = only(old, new, environments[0])
        found = difference(old, new)
        title = f"{f'at {new.label}, ' if asked.head else ''}against {old.label}"
        return told(*hidden(found, attribute(both, found)), title, both.notes)


def _environments(both: Sides, one: str, other: str) -> Told:
    """What differs between two environments of the newer side; of the base where that was asked for."""
    side = both.old if both.asked.base and not both.asked.head else both.new
    found = difference(*between(side.tree, one, other))
    return told(*hidden(found, {}), f"{other} against {one}")
