"""A difference as it is told: what is the same in several places, or of several things, in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from obsgen.diff.difference import Difference
from obsgen.diff.model import Cause, Change, Risk, Unit
from obsgen.diff.risks import counted
from obsgen.diff.trees import ARGOCD
from obsgen.findings import Place
from obsgen.report.printable import width

_LISTED = 3
"""Names that are listed; more are counted."""


@dataclass(frozen=True)
class Line:
    """Changes that are told together: where, of which subjects, and what brought them."""

    where: str
    changes: tuple[Change, ...]
    units: frozenset[Unit]
    causes: tuple[Cause, ...] = ()

    @property
    def first(self) -> Change:
        """The change that speaks for all."""
        return self.changes[0]

    @property
    def risk(self) -> Risk:
        """The risk, which all have."""
        return self.first.risk

    @property
    def names(self) -> list[str]:
        """What changed."""
        return list(dict.fromkeys(each.subject for each in self.changes))

    @property
    def subject(self) -> str:
        """What changed: names, or how many things of which sort."""
        return self.subject_within(10_000)

    def subject_within(self, columns: int) -> str:
        """The subject in at most so many columns."""
        names, text = self.names, ", ".join(self.names)
        if len(names) <= _LISTED and width(text) <= columns:
            return text
        if len(names) == 1:
            return shortened(text, columns)
        counted = f"{len(names):,} {_plural(self.first)}"
        whole = f"{counted}{_shared(names)}"
        return whole if width(whole) <= columns else counted

    @property
    def place(self) -> Place | None:
        """Where it stands, or stood."""
        return self.first.new or self.first.old

    @property
    def spot(self) -> str:
        """Where to look: the lines that brought it, else where it stands."""
        if not self.causes:
            return f"{self.place.file}:{self.place.line}" if self.place else ""
        more = f" and {len(self.causes) - 1} more" if len(self.causes) > 1 else ""
        return f"{self.causes[0]}{more}"


@dataclass(frozen=True)
class Section:
    """What changes in the same stacks."""

    stacks: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """The stacks in few words."""
        return ", ".join(self.stacks) if len(self.stacks) <= _LISTED else f"{len(self.stacks):,} stacks"


@dataclass(frozen=True)
class Told:
    """All that is told. `against` says what is compared with what, `notes` what one must know of it.

    Names of files begin at `home`; `top` is the folder of the repository.
    """

    sections: tuple[Section, ...]
    changes: Mapping[Change, tuple[frozenset[Unit], tuple[Cause, ...]]]
    against: str = ""
    notes: tuple[str, ...] = ()
    top: Path = Path()
    home: Path = Path()

    @property
    def lines(self) -> list[Line]:
        """The lines of all sections."""
        return [line for each in self.sections for line in each.lines]

    @property
    def counts(self) -> dict[Risk, int]:
        """How many lines have each risk, the worst first."""
        found = Counter(line.risk for line in self.lines)
        return {risk: found[risk] for risk in reversed(Risk) if found[risk]}

    def first(self, count: int) -> tuple[Section, ...]:
        """The sections with so many of the riskiest lines alone."""
        kept = set(map(id, sorted(self.lines, key=lambda line: -line.risk.rank)[:count]))
        cut = (Section(each.stacks, tuple(line for line in each.lines if id(line) in kept)) for each in self.sections)
        return tuple(each for each in cut if each.lines)


def told(
    difference: Difference,
    causes: Mapping[Change, tuple[Cause, ...]] | None = None,
    against: str = "",
    notes: Iterable[str] = (),
) -> Told:
    """What is told of a difference, whose changes have causes."""
    why = causes or {}
    changes = {each: (units, why.get(each, ())) for each, units in difference.changes.items()}
    return Told(tuple(sections(difference, why)), changes, against, tuple(notes))


def sections(difference: Difference, causes: Mapping[Change, tuple[Cause, ...]] | None = None) -> list[Section]:
    """What is told, by stacks: the riskiest first, then what most have, then in the order of places."""
    grouped: dict[tuple[str, ...], list[Line]] = {}
    for line in _lines(difference, causes or {}):
        grouped.setdefault(tuple(sorted({each.stack for each in line.units})), []).append(line)
    found = [Section(stacks, tuple(sorted(lines, key=_order))) for stacks, lines in sorted(grouped.items())]
    return sorted(found, key=lambda each: (-each.lines[0].risk.rank, -len(each.stacks), each.stacks))


def _lines(difference: Difference, causes: Mapping[Change, tuple[Cause, ...]]) -> Iterator[Line]:
    known = _by_stack(difference.units)
    together: dict[tuple[object, ...], list[Change]] = {}
    for change, units in difference.changes.items():
        together.setdefault((*_sense(change), units), []).append(change)
    for changes in _without_many(together.values()):
        units = frozenset(unit for each in changes for unit in difference.changes[each])
        ordered = tuple(sorted(changes, key=lambda each: (each.subject, each.details)))
        why = dict.fromkeys(cause for each in ordered for cause in causes.get(each, ()))
        yield Line(_where(units, known), ordered, units, tuple(why))


def _sense(change: Change) -> tuple[object, ...]:
    return (change.id, change.sign, change.what, change.risk)


def _without_many(groups: Iterable[list[Change]]) -> Iterator[list[Change]]:
    """Groups of which those that say the same of other things in many other places are one."""
    alike: dict[tuple[object, ...], list[list[Change]]] = {}
    for each in groups:
        alike.setdefault(_sense(each[0]), []).append(each)
    for same in alike.values():
        yield from [[change for each in same for change in each]] if len(same) > _LISTED else same


def _order(line: Line) -> tuple[object, ...]:
    place = line.place
    return (-line.risk.rank, -len(line.units), line.where, place is None, place or Place(""), line.names)


def _shared(names: Iterable[str]) -> str:
    """What all are of, if it is one thing: ` of Servers` of the panels of one dashboard."""
    owners = {name.partition('" of ')[2] for name in names}
    return f" of {''.join(owners)}" if len(owners) == 1 and "" not in owners else ""


def _plural(change: Change) -> str:
    noun = change.id.partition("/")[2].partition("-")[0]
    if noun.endswith("y") and not noun.endswith(("ay", "ey", "oy")):
        return f"{noun[:-1]}ies"
    return f"{noun}{'es' if noun.endswith(('s', 'x', 'ch')) else 's'}"


def shortened(text: str, columns: int) -> str:
    """A text in at most so many columns; what is cut off is marked."""
    if width(text) <= columns:
        return text
    while text and width(text) >= columns:
        text = text[:-1]
    return f"{text.rstrip()}…"


Known = Mapping[str, list[Unit]]


def _by_stack(units: Iterable[Unit]) -> Known:
    found: dict[str, list[Unit]] = {}
    for each in sorted(units):
        found.setdefault(each.stack, []).append(each)
    return found


def _where(units: Collection[Unit], known: Known) -> str:
    """The environments and clusters in few words: `all`, `prod`, `prod/eu-1, dev`, `prod (37 of 1,000 clusters)`."""
    every = [unit for stack in sorted({each.stack for each in units}) for unit in known.get(stack, ())]
    applied = [each for each in every if each.environment not in ("", ARGOCD)]
    if not applied and all(not each.environment for each in units):
        return ""
    if all(not each.environment for each in units) or (applied and all(each in units for each in applied)):
        return "all"
    names = list(dict.fromkeys(_names(units, every)))
    return ", ".join(names) if len(names) <= _LISTED else f"{len(names):,} environments"


def _names(units: Collection[Unit], known: Iterable[Unit]) -> Iterator[str]:
    by_environment: dict[str, list[Unit]] = {}
    for each in known:
        by_environment.setdefault(each.environment, []).append(each)
    for environment in sorted({each.environment for each in units if each.environment}):
        every = by_environment[environment]
        mine = [each for each in every if each in units]
        clusters = {(each.stack, each.cluster) for each in mine if each.cluster}
        if len(mine) == len(every):
            yield environment
        elif len(clusters) > _LISTED:
            total = len({(each.stack, each.cluster) for each in every if each.cluster})
            yield f"{environment} ({len(clusters):,} of {total:,} clusters)"
        else:
            yield from (f"{each.environment}/{each.cluster}".rstrip("/") for each in mine)


def summary(counts: Mapping[Risk, int]) -> str:
    """What lines come to, in a line: `1 may stop paging, 2 need review, 3 safe`."""
    return ", ".join(f"{count:,} {counted(risk, count)}" for risk, count in counts.items()) or "nothing changes"
