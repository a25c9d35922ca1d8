"""`obsgen diff`: two sides, what differs between them, what brought it, and how all of it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from obsgen.cores import Progress, spread
from obsgen.diff.causes.attribution import attribute
from obsgen.diff.difference import Difference, difference
from obsgen.diff.hiding import Causes, hidden
from obsgen.diff.model import Cause, Change, Unit
from obsgen.diff.overall.unbuilt import BROKEN
from obsgen.diff.overall.unread import Readable, readable
from obsgen.diff.sides.asked import Asked, Sides
from obsgen.diff.sides.both import comparison
from obsgen.diff.sides.environments import between, check, only
from obsgen.diff.telling import Told, told
from obsgen.findings import InputError, ObsgenError


def compare(asked: Asked, environments: Sequence[str], here: Path, progress: Progress = lambda _: None) -> Told:
    """What is told of two sides: of all environments, of one, or of what differs between two on the newer side."""
    is_one_side = len(environments) == 2
    if is_one_side and environments[0] == environments[1]:
        raise ObsgenError(f"{environments[0]} is compared with itself: name two environments")
    with comparison(asked, here, progress, every=is_one_side) as both:
        side = 0 if is_one_side and asked.base and not asked.head else 1
        if both.environments:
            check(environments, both.environments[side] if is_one_side else frozenset().union(*both.environments))
        lacking = [_lacking(each, environments, side) for each in both.stacks if is_one_side]
        stacks = [each for each, names in zip_longest(both.stacks, lacking) if not names]
        compared = list(spread(partial(_Comparer, environments, side), stacks, "comparing", progress, few=1))
        faults = [fault for each in compared if isinstance(each, InputError) for fault in each.findings]
        if faults:
            raise InputError(faults)
        found, causes, notes = _together([each for each in compared if not isinstance(each, InputError)])
        title = f"{f'at {both.labels[1]}, ' if asked.head else ''}against {both.labels[0]}"
        title = f"{environments[1]} against {environments[0]}" if is_one_side else title
        notes = (*both.notes, *filter(None, lacking), *notes)
        return replace(told(found, causes, title, notes), top=both.top, home=both.home)


def _lacking(both: Sides, environments: Sequence[str], side: int) -> str:
    """What is said of a stack that lacks one of two environments; empty if it has them, or is a folder."""
    known = (both.old, both.new)[side].environments
    names = [each for each in environments if each not in known]
    return f"{both.stack} has no environment {' and no '.join(names)}: it is left out" if names and both.stack else ""


class Compared(NamedTuple):
    """What differs, what brought it, and what one must know of it."""

    difference: Difference
    causes: Causes
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Comparer:
    """Compares a stack's sides, or two environments of the side that is looked at."""

    environments: Sequence[str]
    side: int

    def __call__(self, both: Sides) -> Compared | InputError:
        """What differs, and what brought it; the fault where the newer side cannot be read."""
        side = both.new if self.side else both.old
        both = replace(both, old=side, new=side) if len(self.environments) == 2 else both
        try:
            files = readable(both)
        except InputError as problem:
            return problem
        return Compared(*self._compared(both, files), files.notes)

    def _compared(self, both: Sides, files: Readable) -> tuple[Difference, Causes]:
        old, new = files.old, files.new
        if not both.stack:
            check(self.environments, {each.environment for tree in (old, new) for each in tree.states})
        if len(self.environments) == 2:
            parts = between(new, *self.environments)
            return hidden(difference(*parts), {}, *parts)
        if self.environments:
            old, new = only(old, new, self.environments[0])
        found = difference(old, new)
        causes = {each: why for each, why in attribute(both, found).items() if each.id != BROKEN}
        return hidden(files.told(found, found.units if self.environments else None), causes, old, new)


def _together(parts: Iterable[Compared]) -> Compared:
    """What differs in any of the parts."""
    units: set[Unit] = set()
    changes: dict[Change, frozenset[Unit]] = {}
    causes: dict[Change, tuple[Cause, ...]] = {}
    notes: dict[str, None] = {}
    for found, why, more in parts:
        units |= found.units
        notes.update(dict.fromkeys(more))
        for each, where in found.changes.items():
            changes[each] = changes.get(each, frozenset()) | where
            causes[each] = tuple(dict.fromkeys((*causes.get(each, ()), *why.get(each, ()))))
    return Compared(Difference(frozenset(units), changes), causes, tuple(notes))
