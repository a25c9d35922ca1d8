"""What has no data, no way to Prometheus, nobody who is told, or no runbook because of a change; and what has again.

What obsgen's own checks find on the new side, and did not on the old one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.overall.checked import Checked, checked
from obsgen.diff.overall.faults import IDLE, Fault, worded
from obsgen.diff.trees import Tree

_FEW = 3
"""So many lines of one sort name the series; of more it is enough that there are some."""
_SAID = ("alert-no-data", "monitor-")
"""How what other comparisons tell of queries and ways that are lost begins."""
_LOST = ("data", "truth")
"""Sorts of which something that was there is gone."""

_Told = Mapping[Change, Collection[Unit]]


def consequences(old: Tree, new: Tree, told: _Told) -> Iterator[tuple[Change, frozenset[Unit]]]:
    """What the changes that are told come to, each with the units that have it."""
    units = {unit for each in told.values() for unit in each}
    if units and old.repository is not new.repository:  # two environments of one side have the same faults
        stacks = {each.stack for each in units}
        before, after = checked(old, new, stacks)
        yield from _Sides(before, after, told, units).changes()


@dataclass(frozen=True, eq=False)
class _Sides:
    """Both sides, what else is told of them, and the units that differ."""

    old: Checked
    new: Checked
    told: _Told
    units: Collection[Unit]

    def changes(self) -> Iterator[tuple[Change, frozenset[Unit]]]:
        before = {each.key for each in self.old.faults}
        lost: dict[tuple[str, str, frozenset[Unit]], list[Fault]] = {}
        for each in self.new.faults:
            units = self._where(self.new, each)
            if self._is_of_arrivals(each, units):
                if not each.is_sure and each.sort == "people":
                    continue  # that a new environment has no alerts for a route is what it is like
                units &= self._arrivals
            if (
                each.key not in before
                and self._is_worth(each)
                and not self._is_repeated(each, units)
                and not self.new.is_allowed(each)
            ):
                lost.setdefault((each.sort, each.line, units), []).append(each)
        yield from self._lost(lost)
        yield from self._mended()

    def _lost(
        self, lost: Mapping[tuple[str, str, frozenset[Unit]], list[Fault]]
    ) -> Iterator[tuple[Change, frozenset[Unit]]]:
        """A change for each subject; where there are many of one sort their series are not named."""
        reasons: dict[tuple[str, str], set[str]] = {}
        for (sort, _, _), faults in lost.items():
            reasons.setdefault((sort, faults[0].general), set()).add(faults[0].reason)
        for (sort, _, units), faults in lost.items():
            first = faults[0]
            many = len(reasons[sort, first.general]) > _FEW
            yield self._change(first, first.general if many else first.reason, faults), units

    def _change(self, fault: Fault, reason: str, faults: Iterable[Fault]) -> Change:
        is_new = str(fault.subject) not in self.old.subjects.names
        id_, what, risk = worded(fault, is_new, reason)
        details = tuple(dict.fromkeys(f"{each.finding.id}: {each.finding.message}" for each in faults))
        place = self.new.tree.place(fault.finding.place)
        sign = "-" if fault.sort in _LOST and fault.subject.asks and not is_new else "~"
        return Change(id_, sign, fault.called, what, risk, details, (), None, place)

    def _mended(self) -> Iterator[tuple[Change, frozenset[Unit]]]:
        still = {(each.sort, str(each.subject)) for each in self.new.faults}
        seen = set[tuple[str, str]]()
        for each in self.old.faults:
            here = (each.sort, str(each.subject))
            is_lack = each.sort and each.finding.id not in IDLE
            units = self._where(self.old, each)
            is_there = here not in still and here not in seen and here[1] in self.new.subjects.names
            if is_lack and is_there and self._matters(each, units):
                seen.add(here)
                place = self.old.tree.place(each.finding.place)
                details = (f"{each.finding.id}: {each.finding.message}",)
                what = _MENDED[each.sort]
                yield Change("change/finding-mended", "+", here[1], what, Risk.SAFE, details, (), place, None), units

    def _matters(self, fault: Fault, units: Collection[Unit]) -> bool:
        """Whether there still is anything to be told of: a server that lost all its alerts tells nobody."""
        if fault.sort != "people" or fault.subject.kind != "object":
            return True
        files = {each.rule.located.file for each in self.new.repository.alerting.alerts}
        return any(not self.new.tree.readers(each).isdisjoint(units) for each in files)

    def _where(self, side: Checked, fault: Fault) -> frozenset[Unit]:
        """The units that differ among those that have it; all of those that differ in the stack if none is known."""
        found = side.units(fault)
        stacks = {each.stack for each in found}
        return found.intersection(self.units) or frozenset(
            each for each in self.units if not stacks or each.stack in stacks
        )

    @cached_property
    def _arrivals(self) -> frozenset[Unit]:
        """The environments and clusters that only the new side has."""
        added = frozenset(self.new.tree.states) - frozenset(self.old.tree.states)
        return frozenset(each for each in added if each.environment).intersection(self.units)

    @cached_property
    def _elsewhere(self) -> Collection[tuple[str, str, str]]:
        """What is found where the new side is without its new environments."""
        return {each.key for each in self.new.without(self._arrivals).faults}

    def _is_of_arrivals(self, fault: Fault, units: frozenset[Unit]) -> bool:
        """Whether something is only found because of a new environment, in files that others share."""
        return bool(self._arrivals & units) and fault.key not in self._elsewhere

    def _is_worth(self, fault: Fault) -> bool:
        """Whether something is lost; what is only wrong is for `obsgen validate`, unless it surely is."""
        return bool(fault.sort) or fault.is_sure

    def _is_repeated(self, fault: Fault, units: Collection[Unit]) -> bool:
        """Whether another change says so."""
        told = [each for each, where in self.told.items() if not units or not set(units).isdisjoint(where)]
        if fault.sort == "people":
            return any(_tells_of_people(each, fault) for each in told)
        if fault.sort == "link":
            pages = (each for each in self.told if each.id == "change/runbook-removed")
            return any(fault.subject.name in (*re.split("[ ,]+", each.subject), *each.details) for each in pages)
        lost = (
            each
            for each in told
            if each.risk.rank >= Risk.LOSES_DATA.rank and each.id.partition("/")[2].startswith(_SAID)
        )
        return any(
            each.subject == str(fault.subject) or (fault.series and fault.series in (*each.details, *each.what.split()))
            for each in lost
        )


def _tells_of_people(change: Change, fault: Fault) -> bool:
    """Whether a change says what a finding about routes, or about the way to Alertmanager, does."""
    match change.id:
        case "change/alert-unrouted":
            return True
        case "change/receiver-added" | "change/interval-added":
            return fault.finding.id in IDLE and change.subject == fault.called
        case "change/interval-changed" | "change/receiver-muted":
            return fault.finding.id == "route/muted" and change.risk is Risk.STOPS_PAGING
        case "change/workload-alertmanagers":
            return fault.finding.id == "route/no-alertmanager" and change.subject == fault.called
    return False


_MENDED = {
    "data": "with data again",
    "truth": "with data again",
    "way": "on its way again",
    "people": "with somebody who is told again",
    "link": "leading somewhere again",
}
