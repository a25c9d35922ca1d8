"""What brought a change: the line of a profile or of a component without which it would not be there.

That is found out by trying: the new profile is rendered with one of its changes set back, and what is then no longer
told is that one's doing. Where this cannot be tried, the line that decides the place in the tree has to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from obsgen import pipeline
from obsgen.causes import Causes
from obsgen.diff.causes.levers import Lever, edit
from obsgen.diff.difference import Difference, difference
from obsgen.diff.model import Cause, Change, Unit
from obsgen.diff.sides.asked import ROOTS, Side, Sides
from obsgen.diff.sides.profiles import Rendered, put
from obsgen.diff.sides.stacks import is_as
from obsgen.diff.trees import Tree
from obsgen.findings import InputError, Place
from obsgen.source import Route

_MOST_LEVERS, _MOST_FILES = 8, 3000
"""More is not rendered anew for each change of a profile."""

Found = Mapping[Change, frozenset[Unit]]


def attribute(both: Sides, found: Difference) -> Mapping[Change, tuple[Cause, ...]]:
    """The causes of changes, as far as they can be told: of a stack whose profile is there on both sides."""
    if not (found.changes and both.old.profile and both.new.profile):
        return {} if both.old.tree.states and both.new.tree.states else dict.fromkeys(found.changes, _whole(both))
    try:
        return dict(_Stack(both, found).causes())
    except InputError:
        return {}  # a profile that cannot be read is told where it is rendered


def _whole(both: Sides) -> tuple[Cause, ...]:
    """The profile of a stack that one side does not have."""
    files = [f"{each.profile}{each.source.mark}" for each in (both.old, both.new) if each.profile]
    return tuple(Cause(Place(each)) for each in files)


class _Stack:
    """A stack on both sides, and what is told of it. Of one of many nothing is tried."""

    def __init__(self, both: Sides, found: Difference) -> None:
        self._both, self._told, self._left = both, found.changes, _MOST_LEVERS
        self._room = None if both.is_one_of_many else both.room
        profiles = both.old.profile, both.new.profile
        self._edit = edit(both.old.source, both.new.source, profiles, both.asked.templates)

    def causes(self) -> Iterator[tuple[Change, tuple[Cause, ...]]]:
        """The causes of each change."""
        every = self._edit.levers()
        mine = self._mine if every else {} if not self._is_fresh else self._told
        yield from ((each, (self._engine,)) for each in self._told if each not in mine)
        if not every:
            return
        of_clusters = {each.cluster: each.cause for each in every if each.cluster}
        theirs = {each: _of_clusters(self._told[each], of_clusters) for each in self._told if each in mine}
        yield from ((each, found) for each, found in theirs.items() if found)
        levers = [each for each in every if not each.cluster]
        left = {each: mine[each] for each, found in theirs.items() if not found}
        if len(levers) == 1 and not levers[0].inner:
            yield from ((each, (levers[0].cause,)) for each in left)
            return
        tried = self._tried(levers, left, self._room) if left and self._room and self._may_try(levers) else {}
        yield from ((each, tried.get(each) or self._decided(each, every)) for each in left)

    @property
    def _engine(self) -> Cause:
        """Who brought what no line of the profile did."""
        old = self._both.old
        return Cause(None, f"obsgen, or a stale out/{self._both.stack}{old.source.mark}")

    @cached_property
    def _mine(self) -> Found:
        """What differs from what this obsgen makes of the old profile: the rest is obsgen's own doing."""
        if self._room is None or self._is_fresh:
            return self._told
        return difference(self._before, self._both.new.tree).changes

    @cached_property
    def _is_fresh(self) -> bool:
        """Whether the old tree is what this obsgen makes of the old profile; taken for so where that cannot be had."""
        old = self._both.old
        return old.is_rendered or self._rendered is None or is_as(self._rendered, old.tree)

    @cached_property
    def _rendered(self) -> Rendered | None:
        if self._room is None or _size(self._both.old) > _MOST_FILES:
            return None
        try:
            return pipeline.render(self._edit.old, [old for old, _ in self._edit.folders])
        except InputError:
            return None

    @cached_property
    def _before(self) -> Tree:
        """The old side as this obsgen makes it."""
        if self._is_fresh or self._rendered is None or self._room is None:
            return self._both.old.tree
        return _written(self._rendered, self._room / "before")

    def _may_try(self, levers: Sequence[Lever]) -> bool:
        self._left -= len(levers)
        few = self._left >= 0 and _size(self._both.new) <= _MOST_FILES
        return few and self._both.new.is_rendered

    def _tried(self, levers: Sequence[Lever], mine: Found, within: Path) -> dict[Change, tuple[Cause, ...]]:
        """The causes of changes that are gone, or not everywhere, once one of the levers is set back.

        Levers that make no sense alone, such as a receiver without the team that names it, are set back together.
        """
        causes: dict[Change, tuple[Cause, ...]] = {}
        stuck: list[Lever] = []
        for number, lever in enumerate(levers):
            room = within / f"{number}"
            gone = set(mine) if len(levers) == 1 else self._gone([lever], mine, room)
            if gone is None:
                stuck.append(lever)
                continue
            closer = (
                self._tried(lever.inner, mine, room / "inner") if lever.inner and self._may_try(lever.inner) else {}
            )
            for each in gone:
                causes[each] = (*causes.get(each, ()), *closer.get(each, (lever.cause,)))
        together = self._gone(stuck, mine, within / "together") if len(stuck) > 1 else None
        for each in set(mine if together is None else together) - causes.keys() if stuck else ():
            causes[each] = self._decided(each, stuck) or tuple(lever.cause for lever in stuck)
        return causes

    def _gone(self, levers: Sequence[Lever], mine: Found, room: Path) -> set[Change] | None:
        """The changes that are not told, or not of as much, without some levers; None where that makes no sense."""
        try:
            tree = _written(self._edit.without(levers, room / "templates"), room)
        except InputError:
            return None
        left = difference(self._before, tree).changes
        return {each for each, units in mine.items() if not units <= left.get(each, frozenset())}

    def _decided(self, told: Change, levers: Sequence[Lever]) -> tuple[Cause, ...]:
        """The changed key that is nearest to the line that decides the place in the tree."""
        line = self._line(told.new)
        if line is None:
            return ()
        document = self._edit.new.base.merged.document
        route = max((each for each, (_, value) in document.places().items() if value.line == line), key=len, default=())
        near = [(_shared(lever.route, route), lever) for lever in levers if lever.route]
        best = max((common for common, _ in near), default=0)
        return tuple(lever.cause for common, lever in near if common == best)[:1] if best else ()

    def _line(self, place: Place | None) -> int | None:
        """The line of the new profile that decides a place in the new tree."""
        if place is None:
            return None
        found = self._causes.of(Place(str(self._both.new.tree.folder / place.file), place.line, place.column))
        return found.line if found else None

    @cached_property
    def _causes(self) -> Causes:
        tree = self._both.new.tree
        return Causes(tree.repository, {tree.paths[0].resolve(): self._edit.new})


def _of_clusters(units: Collection[Unit], known: Mapping[str, Cause]) -> tuple[Cause, ...]:
    """The causes of what only clusters have that say something else than before."""
    names = [each.cluster for each in sorted(units)]
    return tuple(known[each] for each in names) if names and all(each in known for each in names) else ()


def _shared(one: Route | None, other: Route) -> int:
    """How many steps two routes have in common."""
    pairs = zip(one or (), other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one or ()), len(other)))


def _written(rendered: Rendered, folder: Path) -> Tree:
    put(rendered, folder)
    return Tree("", folder, tuple(folder / root / rendered.name for root in ROOTS))


def _size(side: Side) -> int:
    """How many files a side has."""
    return sum(each.is_file() for path in side.tree.paths for each in path.rglob("*"))
