"""Two trees compared, unit by unit; what is the same in many units is told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from obsgen.diff.compare import comparers
from obsgen.diff.model import Change, Unit
from obsgen.diff.names.substitutions import renamed, together
from obsgen.diff.overall.consequences import consequences
from obsgen.diff.overall.texts import texts
from obsgen.diff.overall.unbuilt import unbuilt
from obsgen.diff.overall.unexplained import unexplained
from obsgen.diff.overall.unfollowed import unfollowed
from obsgen.diff.overall.wholes import is_whole, state, wholes
from obsgen.diff.pairs import Pair
from obsgen.diff.trees import Tree


@dataclass(frozen=True)
class Difference:
    """All changes between two trees, each with the units that have it; `units` are those of either side."""

    units: frozenset[Unit]
    changes: Mapping[Change, frozenset[Unit]]


def difference(old: Tree, new: Tree) -> Difference:
    """What changes from one tree to the other."""
    units = {*old.states, *new.states}
    alone = sorted(each for each in units if is_whole(each, old, new))
    found: dict[Change, set[Unit]] = {}
    for change, its in wholes(alone, old, new):
        found.setdefault(change, set()).update(its)
    for unit in sorted(units.difference(alone)):
        for change in _changes(unit, old, new):
            found.setdefault(change, set()).add(unit)
    found = together(found)
    for add in (unbuilt, unfollowed, texts, consequences):
        for change, where in list(add(old, new, found)):
            found.setdefault(change, set()).update(where)
    return Difference(frozenset(units), {each: frozenset(where) for each, where in found.items()})


def _changes(unit: Unit, old: Tree, new: Tree) -> Iterator[Change]:
    pair, names = renamed(Pair(state(unit, old), state(unit, new)))
    told = [*names, *(change for compare in comparers() for change in compare(pair))]
    yield from (each for each in told if each.what)
    yield from unexplained(pair, told)
