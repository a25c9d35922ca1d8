"""What has no data, no way to Prometheus, nobody who is told, or no runbook because of a change; and what has again.

What obsgen's own checks find on the new side, and did not on the old one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from obsgen.causes import Causes
from obsgen.checks.allowances import Allowances
from obsgen.checks.discovery import Check, plain_checks
from obsgen.cores import spread
from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.subjects import Subject, Subjects
from obsgen.diff.trees import Tree
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

_LEVELS = (3, 4, 5)
_MANY = 300
"""Files of both sides from which on each is looked at by a process of its own."""
_OTHERS = ("argocd/", "secret/")
"""Checks of what is deployed, and with which keys: comparisons of their own tell of these."""
_DATA = (
    *("datasource/", "label/", "link/variable", "logql/", "promql/syntax", "signal/", "path/enforced-namespace"),
    *("path/exported-label", "path/label-dropped", "path/no-such-job", "path/series-dropped"),
)
"""Findings after which a query has no answer. The longer a beginning, the less it stands for."""
_TRUTH = ("histogram/", "join/")
"""Errors after which a condition is never true, though what it asks for is there."""
_HELD = ("signal/caution", "signal/deprecated", "signal/first-event", "signal/pushed", "signal/switched-off")
"""Those of them after which it has one all the same: for `obsgen validate` to tell."""
_WAYS = ("path/",)
_PEOPLE = ("route/",)
_RULES = "path/rules-not-selected"
_IDLE = {
    "route/unused-receiver": "change/receiver-unused",
    "route/unused-interval": "change/interval-unused",
    **dict.fromkeys(("route/inhibition", "route/label", "route/unused"), "change/route-unused"),
}
"""Findings of what lies idle in Alertmanager's configuration: nobody is told less for it."""
_NAMED = re.compile(r"no route names (?:receiver|time interval) '(?P<name>.+?)'")
_OF_OBJECTS = ("route/no-alertmanager", "route/not-selected")
_LINKS = ("link/", "rules/no-runbook")
_FEW = 3
"""So many lines of one sort name the series; of more it is enough that there are some."""
_SERIES = "series that it asks for"
_SINCE = re.compile(r" since [\d.]+\Z")

_SAID = ("alert-no-data", "monitor-")
"""How what other comparisons tell of queries and ways that are lost begins."""
_LOST = ("data", "truth")
"""Sorts of which something that was there is gone."""

_Told = Mapping[Change, Collection[Unit]]


@dataclass(frozen=True, eq=False)
class _Fault:
    """A finding, and what it is about."""

    finding: Finding
    subject: Subject
    series: str
    """What stands at its place, where that is a name."""

    @property
    def sort(self) -> str:
        """What is missing: `data`, `truth`, `way`, `people`, `link`; empty for what is only wrong."""
        id_ = self.finding.id
        if id_.startswith(_DATA):
            return "data" if self.subject.asks else "way"
        sorts = {"truth": _TRUTH if self.is_sure else (), "way": _WAYS, "people": _PEOPLE, "link": _LINKS}
        return next((sort for sort, ids in sorts.items() if id_.startswith(ids)), "")

    @property
    def is_sure(self) -> bool:
        """Whether it surely is so."""
        return self.finding.severity == Severity.ERROR

    @property
    def called(self) -> str:
        """What the line is about: of Alertmanager's configuration the part, and not the object that it stands in."""
        id_, named = self.finding.id, _NAMED.match(self.finding.message)
        if named:
            return named["name"]
        is_part = self.sort == "people" and self.subject.kind == "object" and id_ not in _OF_OBJECTS
        return ("inhibition" if id_ == "route/inhibition" else "routes") if is_part else str(self.subject)

    @property
    def line(self) -> str:
        """Equal for all that is told in one line: of routes each by itself."""
        return f"{self.called}: {self.reason}" if self.sort == "people" else str(self.subject)

    @property
    def reason(self) -> str:
        """Why, without the subject's own name; of a link that it is broken is enough."""
        message = _NAMED.sub("no route names it", self.finding.message)
        head, _, rest = message.partition(": ")
        if rest and (head == "nothing is shown" or head == f"nothing comes of {self.subject.name}"):
            return rest
        text = head if self.sort == "link" else message
        return text.replace(f" of {self.subject.name}", "").replace(str(self.subject), "it")

    @property
    def general(self) -> str:
        """The same without the name of a series, and the version that took it away."""
        return _SINCE.sub("", self.reason.replace(self.series, _SERIES)) if self.series else self.reason

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal on both sides if it is the same; versions and counts in its message may differ."""
        return self.finding.id, str(self.subject), re.sub(r"\d+(?:\.\d+)*", "0", self.reason)


def consequences(old: Tree, new: Tree, told: _Told) -> Iterator[tuple[Change, frozenset[Unit]]]:
    """What the changes that are told come to, each with the units that have it."""
    units = {unit for each in told.values() for unit in each}
    if units and old.repository is not new.repository:  # two environments of one side have the same faults
        stacks = {each.stack for each in units}
        sides = [_Side(each, each.part(stacks)) for each in (old, new)]
        if sum(len(each.repository.readings) for each in sides) > _MANY:
            look = lambda index: sides[index].faults  # noqa: E731
            found = spread(lambda: look, [0, 1], "", lambda _: None, few=1, inherits=True)
            for side, faults in zip(sides, list(found), strict=True):
                side.faults = faults
        before, after = sides
        yield from _Sides(before, after, told, units).changes()


def _is_asked(check: Check) -> bool:
    """Whether a check may find that something is lost, or surely wrong."""
    matters = check.SEVERITY == Severity.ERROR or check.ID.startswith((*_DATA, *_WAYS, *_PEOPLE, *_LINKS))
    return check.LEVEL in _LEVELS and matters and not check.ID.startswith((*_OTHERS, *_HELD))


class _Side:
    """One tree, the part of it that is looked at, and what the checks find there."""

    def __init__(self, tree: Tree, repository: Repository) -> None:
        self.tree = tree
        self.repository = repository
        self.subjects = Subjects(repository)

    def without(self, units: frozenset[Unit]) -> _Side:
        """The same without the files that are for some units alone."""
        readings = self.repository.readings
        kept = tuple(each for each in readings if not self.tree.readers(each.file) <= units)
        return _Side(self.tree, replace(self.repository, readings=kept))

    @cached_property
    def faults(self) -> list[_Fault]:
        """What is told of queries, ways and people; information is left out."""
        found = (finding for each in plain_checks() if _is_asked(each) for finding in each.check(self.repository))
        once = dict.fromkeys(each for each in found if each.severity != Severity.INFO)
        return [_Fault(each, self.subjects.at(each.place), self.subjects.name_at(each.place)) for each in once]

    def is_allowed(self, fault: _Fault) -> bool:
        """Whether somebody allows it."""
        return self._allowances.suppressed(fault.finding) is not None

    @cached_property
    def _allowances(self) -> Allowances:
        return Allowances(self.repository, datetime.now(UTC).date(), Causes(self.repository))

    def units(self, fault: _Fault) -> frozenset[Unit]:
        """Whoever gets what it is about, and what it names besides."""
        found = self.tree.readers(fault.finding.place.file)
        for note in fault.finding.notes:
            found = found & self.tree.readers(note.place.file) or found
        return self.tree.alike(found)


@dataclass(frozen=True, eq=False)
class _Sides:
    """Both sides, what else is told of them, and the units that differ."""

    old: _Side
    new: _Side
    told: _Told
    units: Collection[Unit]

    def changes(self) -> Iterator[tuple[Change, frozenset[Unit]]]:
        before = {each.key for each in self.old.faults}
        lost: dict[tuple[str, str, frozenset[Unit]], list[_Fault]] = {}
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
        self, lost: Mapping[tuple[str, str, frozenset[Unit]], list[_Fault]]
    ) -> Iterator[tuple[Change, frozenset[Unit]]]:
        """A change for each subject; where there are many of one sort their series are not named."""
        reasons: dict[tuple[str, str], set[str]] = {}
        for (sort, _, _), faults in lost.items():
            reasons.setdefault((sort, faults[0].general), set()).add(faults[0].reason)
        for (sort, _, units), faults in lost.items():
            first = faults[0]
            many = len(reasons[sort, first.general]) > _FEW
            yield self._change(first, first.general if many else first.reason, faults), units

    def _change(self, fault: _Fault, reason: str, faults: Iterable[_Fault]) -> Change:
        is_new = str(fault.subject) not in self.old.subjects.names
        id_, what, risk = _worded(fault, is_new, reason)
        details = tuple(dict.fromkeys(f"{each.finding.id}: {each.finding.message}" for each in faults))
        place = self.new.tree.place(fault.finding.place)
        sign = "-" if fault.sort in _LOST and fault.subject.asks and not is_new else "~"
        return Change(id_, sign, fault.called, what, risk, details, (), None, place)

    def _mended(self) -> Iterator[tuple[Change, frozenset[Unit]]]:
        still = {(each.sort, str(each.subject)) for each in self.new.faults}
        seen = set[tuple[str, str]]()
        for each in self.old.faults:
            here = (each.sort, str(each.subject))
            is_lack = each.sort and each.finding.id not in _IDLE
            units = self._where(self.old, each)
            is_there = here not in still and here not in seen and here[1] in self.new.subjects.names
            if is_lack and is_there and self._matters(each, units):
                seen.add(here)
                place = self.old.tree.place(each.finding.place)
                details = (f"{each.finding.id}: {each.finding.message}",)
                what = _MENDED[each.sort]
                yield Change("change/finding-mended", "+", here[1], what, Risk.SAFE, details, (), place, None), units

    def _matters(self, fault: _Fault, units: Collection[Unit]) -> bool:
        """Whether there still is anything to be told of: a server that lost all its alerts tells nobody."""
        if fault.sort != "people" or fault.subject.kind != "object":
            return True
        files = {each.rule.located.file for each in self.new.repository.alerting.alerts}
        return any(not self.new.tree.readers(each).isdisjoint(units) for each in files)

    def _where(self, side: _Side, fault: _Fault) -> frozenset[Unit]:
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

    def _is_of_arrivals(self, fault: _Fault, units: frozenset[Unit]) -> bool:
        """Whether something is only found because of a new environment, in files that others share."""
        return bool(self._arrivals & units) and fault.key not in self._elsewhere

    def _is_worth(self, fault: _Fault) -> bool:
        """Whether something is lost; what is only wrong is for `obsgen validate`, unless it surely is."""
        return bool(fault.sort) or fault.is_sure

    def _is_repeated(self, fault: _Fault, units: Collection[Unit]) -> bool:
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


def _tells_of_people(change: Change, fault: _Fault) -> bool:
    """Whether a change says what a finding about routes, or about the way to Alertmanager, does."""
    match change.id:
        case "change/alert-unrouted":
            return True
        case "change/receiver-added" | "change/interval-added":
            return fault.finding.id in _IDLE and change.subject == fault.called
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


_NO_DATA = {
    "alert": "change/alert-no-data",
    "recording": "change/recording-no-data",
    "panel": "change/panel-no-data",
    "dashboard": "change/dashboard-no-data",
    "object": "change/object-no-way",
}


def _worded(fault: _Fault, is_new: bool, reason: str) -> tuple[str, str, Risk]:
    """The id, the words and the risk of something that is missing; what is new never had it."""
    kind = fault.subject.kind
    risk = Risk.STOPS_PAGING if kind == "alert" or fault.finding.id == _RULES else Risk.LOSES_DATA
    risk = risk if fault.is_sure and not is_new else Risk.REVIEW
    match fault.sort:
        case "data":
            words = f"{'' if fault.is_sure else 'perhaps '}{'has no' if is_new else 'no longer has'} data"
            return _NO_DATA[kind], f"{words}: {reason}", risk
        case "truth" if kind == "alert":
            return _NO_DATA[kind], f"can {'never' if is_new else 'no longer'} fire: {reason}", risk
        case "truth":
            return _NO_DATA[kind], f"shows nothing{'' if is_new else ' any more'}: {reason}", risk
        case "way":
            return "change/object-no-way", reason, risk
        case "people":
            unheard = fault.is_sure and not is_new
            id_ = _IDLE.get(fault.finding.id, "change/alert-unheard")
            return id_, reason, Risk.STOPS_PAGING if unheard else Risk.REVIEW
        case "link":
            return "change/link-broken", reason, Risk.REVIEW
        case _:
            return "change/finding-new", reason, Risk.REVIEW
