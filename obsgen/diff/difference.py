"""Two trees compared, unit by unit; what is the same in many units is told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from obsgen.diff.compare import comparers
from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.pairs import Pair
from obsgen.diff.trees import State, Tree
from obsgen.diff.unexplained import unexplained


@dataclass(frozen=True)
class Difference:
    """All changes between two trees, each with the units that have it; `units` are those of either side."""

    old: Tree
    new: Tree
    units: frozenset[Unit]
    changes: Mapping[Change, frozenset[Unit]]


def difference(old: Tree, new: Tree) -> Difference:
    """What changes from one tree to the other."""
    units = {*old.states, *new.states}
    found: dict[Change, set[Unit]] = {}
    for unit in sorted(units):
        for change in _changes(unit, old, new):
            found.setdefault(change, set()).add(unit)
    return Difference(old, new, frozenset(units), {each: frozenset(where) for each, where in found.items()})


def _changes(unit: Unit, old: Tree, new: Tree) -> Iterator[Change]:
    before, after = old.states.get(unit), new.states.get(unit)
    if before is None or after is None:
        yield _whole(before, after)
        return
    pair = Pair(before, after)
    told = [change for compare in comparers() for change in compare(pair)]
    yield from (each for each in told if each.what)
    yield from unexplained(pair, told)


def _whole(before: State | None, after: State | None) -> Change:
    """A unit that is there on one side alone: its objects need not be told one by one."""
    state = after or before
    sort = "" if state is None else "cluster" if state.unit.cluster else "environment"
    count = len(state.objects) if state else 0
    name = "" if state is None else state.unit.cluster or state.unit.environment or state.unit.stack
    if before is None:
        return Change(f"change/{sort}-added", "+", f"{sort} {name}", f"new, {count} objects", Risk.SAFE)
    return Change(f"change/{sort}-removed", "-", f"{sort} {name}", f"gone, with {count} objects", Risk.STOPS_PAGING)
