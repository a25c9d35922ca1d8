"""`obsgen diff`: two sides, what differs between them, what brought it, and how all of it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from obsgen.cores import Progress, spread
from obsgen.diff.causes.attribution import attribute
from obsgen.diff.difference import Difference, difference
from obsgen.diff.hiding import Causes, hidden
from obsgen.diff.model import Cause, Change, Unit
from obsgen.diff.sides.asked import Asked, Sides
from obsgen.diff.sides.both import comparison
from obsgen.diff.sides.environments import between, check, only
from obsgen.diff.telling import Told, told


def compare(asked: Asked, environments: Sequence[str], here: Path, progress: Progress = lambda _: None) -> Told:
    """What is told of two sides: of all environments, of one, or of what differs between two on the newer side."""
    is_one_side = len(environments) == 2
    with comparison(asked, here, progress, every=is_one_side) as both:
        side = 0 if is_one_side and asked.base and not asked.head else 1
        if both.environments:
            check(environments, both.environments[side] if is_one_side else frozenset().union(*both.environments))
        parts = spread(partial(_Comparer, environments, side), both.stacks, "comparing", progress, few=1)
        found, causes = _together(list(parts))
        title = f"{f'at {both.labels[1]}, ' if asked.head else ''}against {both.labels[0]}"
        title = f"{environments[1]} against {environments[0]}" if is_one_side else title
        return told(found, causes, title, both.notes)


@dataclass(frozen=True)
class _Comparer:
    """Compares a stack's sides, or two environments of the side that is looked at."""

    environments: Sequence[str]
    side: int

    def __call__(self, both: Sides) -> tuple[Difference, Causes]:
        """What differs, and what brought it."""
        old, new = both.old.tree, both.new.tree
        if not both.stack:
            check(self.environments, {each.environment for tree in (old, new) for each in tree.states})
        if len(self.environments) == 2:
            tree = (old, new)[self.side]
            return hidden(difference(*between(tree, *self.environments)), {}, tree, tree)
        if self.environments:
            old, new = only(old, new, self.environments[0])
        found = difference(old, new)
        return hidden(found, attribute(both, found), old, new)


def _together(parts: Iterable[tuple[Difference, Causes]]) -> tuple[Difference, Causes]:
    """What differs in any of the parts."""
    units: set[Unit] = set()
    changes: dict[Change, frozenset[Unit]] = {}
    causes: dict[Change, tuple[Cause, ...]] = {}
    for found, why in parts:
        units |= found.units
        for each, where in found.changes.items():
            changes[each] = changes.get(each, frozenset()) | where
            causes[each] = tuple(dict.fromkeys((*causes.get(each, ()), *why.get(each, ()))))
    return Difference(frozenset(units), changes), causes
