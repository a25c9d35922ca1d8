"""A difference as it is told: what is the same in several places, or of several things, in one line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from obsgen.diff.difference import Difference
from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.trees import ARGOCD
from obsgen.findings import Place

_LISTED = 3
"""Names that are listed; more are counted."""


@dataclass(frozen=True)
class Line:
    """Changes that are told together: where, and of which subjects."""

    where: str
    changes: tuple[Change, ...]
    units: frozenset[Unit]

    @property
    def first(self) -> Change:
        """The change that speaks for all."""
        return self.changes[0]

    @property
    def risk(self) -> Risk:
        """The risk, which all have."""
        return self.first.risk

    @property
    def subject(self) -> str:
        """What changed: names, or how many things of which sort."""
        names = list(dict.fromkeys(each.subject for each in self.changes))
        if len(names) <= _LISTED:
            return ", ".join(names)
        return f"{len(names)} {_plural(self.first)}"

    @property
    def place(self) -> Place | None:
        """Where it stands, or stood."""
        return self.first.new or self.first.old


@dataclass(frozen=True)
class Section:
    """What changes in the same stacks."""

    stacks: tuple[str, ...]
    lines: tuple[Line, ...]


def sections(difference: Difference) -> list[Section]:
    """What is told, by stacks: the riskiest first, then in the order of places."""
    grouped: dict[tuple[str, ...], list[Line]] = {}
    for line in _lines(difference):
        grouped.setdefault(tuple(sorted({each.stack for each in line.units})), []).append(line)
    return [Section(stacks, tuple(sorted(lines, key=_order))) for stacks, lines in sorted(grouped.items())]


def _lines(difference: Difference) -> Iterator[Line]:
    together: dict[tuple[object, ...], list[Change]] = {}
    for change, units in difference.changes.items():
        together.setdefault((change.id, change.sign, change.what, change.risk, units), []).append(change)
    for changes in together.values():
        units = difference.changes[changes[0]]
        yield Line(_where(units, difference.units), tuple(changes), units)


def _order(line: Line) -> tuple[object, ...]:
    place = line.place
    return (-line.risk.rank, line.where, place is None, place or Place(""), line.subject)


def _plural(change: Change) -> str:
    return f"{change.id.partition('/')[2].partition('-')[0]}s"


def _where(units: Collection[Unit], known: Collection[Unit]) -> str:
    """The environments and clusters in few words: `all`, `prod`, `prod/eu-1, dev`, `prod (37 of 1000 clusters)`."""
    stacks = {each.stack for each in units}
    if all(each in units for each in known if each.stack in stacks and each.environment not in ("", ARGOCD)):
        return "all"
    names = list(dict.fromkeys(_names(units, known)))
    return ", ".join(names) if len(names) <= _LISTED else f"{len(names)} environments"


def _names(units: Collection[Unit], known: Collection[Unit]) -> Iterator[str]:
    for environment in sorted({each.environment for each in units}):
        mine = [each for each in units if each.environment == environment]
        every = [
            each for each in known if each.environment == environment and each.stack in {one.stack for one in mine}
        ]
        clusters = sorted({each.cluster for each in mine if each.cluster})
        if set(mine) >= set(every):
            yield environment or "-"
        elif len(clusters) > _LISTED:
            yield f"{environment} ({len(clusters)} of {len({each.cluster for each in every if each.cluster})} clusters)"
        else:
            yield from (f"{each.environment}/{each.cluster}".rstrip("/") for each in sorted(mine))


def counts(lines: Iterable[Line]) -> dict[Risk, int]:
    """How many lines have each risk, the worst first."""
    found = [line.risk for line in lines]
    return {risk: found.count(risk) for risk in reversed(Risk) if risk in found}
