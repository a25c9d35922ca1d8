"""One side, looked at by obsgen's own checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from obsgen.causes import Causes
from obsgen.checks.allowances import Allowances
from obsgen.checks.discovery import Check, plain_checks
from obsgen.cores import spread
from obsgen.diff.model import Unit
from obsgen.diff.overall.faults import Fault, is_elsewhere, may_lose
from obsgen.diff.overall.subjects import Subjects
from obsgen.diff.trees import Tree
from obsgen.findings import Severity
from obsgen.repository import Repository

_LEVELS = (3, 4, 5)
_MANY = 300
"""Files of both sides from which on each is looked at by a process of its own."""


def checked(old: Tree, new: Tree, stacks: Collection[str]) -> tuple[Checked, Checked]:
    """Some stacks of both sides."""
    sides = [Checked(each, each.part(stacks)) for each in (old, new)]
    if sum(len(each.repository.readings) for each in sides) > _MANY:
        look = lambda index: sides[index].faults  # noqa: E731
        found = spread(lambda: look, [0, 1], "", lambda _: None, few=1, inherits=True)
        for side, faults in zip(sides, list(found), strict=True):
            side.faults = faults
    return sides[0], sides[1]


class Checked:
    """One tree, the part of it that is looked at, and what the checks find there."""

    def __init__(self, tree: Tree, repository: Repository) -> None:
        self.tree = tree
        self.repository = repository
        self.subjects = Subjects(repository)

    def without(self, units: frozenset[Unit]) -> Checked:
        """The same without the files that are for some units alone."""
        readings = self.repository.readings
        kept = tuple(each for each in readings if not self.tree.readers(each.file) <= units)
        return Checked(self.tree, replace(self.repository, readings=kept))

    @cached_property
    def faults(self) -> list[Fault]:
        """What is told of queries, ways and people; information is left out."""
        found = (finding for each in plain_checks() if _is_asked(each) for finding in each.check(self.repository))
        once = dict.fromkeys(each for each in found if each.severity != Severity.INFO)
        return [Fault(each, self.subjects.at(each.place), self.subjects.name_at(each.place)) for each in once]

    def is_allowed(self, fault: Fault) -> bool:
        """Whether somebody allows it."""
        return self._allowances.suppressed(fault.finding) is not None

    @cached_property
    def _allowances(self) -> Allowances:
        return Allowances(self.repository, datetime.now(UTC).date(), Causes(self.repository))

    def units(self, fault: Fault) -> frozenset[Unit]:
        """Whoever gets what it is about, and what it names besides."""
        found = self.tree.readers(fault.finding.place.file)
        for note in fault.finding.notes:
            found = found & self.tree.readers(note.place.file) or found
        return self.tree.alike(found)


def _is_asked(check: Check) -> bool:
    """Whether a check may find that something is lost, or surely wrong."""
    matters = check.SEVERITY == Severity.ERROR or may_lose(check.ID)
    return check.LEVEL in _LEVELS and matters and not is_elsewhere(check.ID)
