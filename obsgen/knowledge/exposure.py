"""Whether a series is exposed where some facts hold, and if not, why and what is there instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from obsgen.components.catalogue import Exporter
from obsgen.components.templating import TemplateError, evaluate
from obsgen.components.versions import LATEST, VersionError, choose, order, within
from obsgen.facts import Facts, Running
from obsgen.knowledge.inventory import Inventory, Known


class State(Enum):
    """How a name stands to what runs."""

    THERE = "there"
    """Some version that runs, or may run, exposes it."""
    GONE = "gone"
    """Older versions than those that run exposed it."""
    NOT_YET = "not yet"
    """Newer versions than those that run expose it."""
    OFF = "off"
    """It is exposed only with an option that is not chosen."""
    NEVER = "never"
    """It is of a page that is known completely, and not on it; or people write it by mistake."""
    UNKNOWN = "unknown"
    """Nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a name: the rows that it fits, and those that are there in its stead.

    `version` is the one that runs; empty where nobody has said which one does, so that the newest known is meant.
    """

    state: State
    rows: tuple[Known, ...] = ()
    instead: tuple[Known, ...] = ()
    version: str = ""


def verdict(inventory: Inventory, name: str, facts: Facts) -> Verdict:
    """How a name stands to what runs by some facts, the best of all rows and servers."""
    rows = inventory.find(name)
    if not rows:
        return _unknown(inventory, name, facts)
    # What is said to run decides; other exporters that have the name may run only where nothing is said.
    rows = tuple(row for row in rows if not row.component or facts.deployed(row.component)) or _of_whom(inventory, rows)
    told = [one for row in rows for one in _of_row(inventory, row, facts)]
    there = tuple(one.rows[0] for one in told if one.state == State.THERE)
    if there:
        return Verdict(State.THERE, tuple(_by_identity(there)))
    best = min(told, key=lambda one: (not one.instead, list(State).index(one.state)))
    return Verdict(best.state, rows, best.instead, best.version)


def _of_whom(inventory: Inventory, rows: tuple[Known, ...]) -> tuple[Known, ...]:
    """Rows of components that nobody has said to run; where a library gives the name to many, only what all share."""
    return tuple(row.of_anybody() for row in rows) if all(map(inventory.is_shared, rows)) else rows


def exposed(inventory: Inventory, row: Known, facts: Facts) -> bool:
    """Whether something that runs exposes a row; where nobody has said what runs, whether the newest version does."""
    return any(one.state == State.THERE for one in _of_row(inventory, row, facts))


def _by_identity(rows: Iterable[Known]) -> Iterator[Known]:
    seen: set[int] = set()
    for row in rows:
        if id(row) not in seen:
            seen.add(id(row))
            yield row


_ENDINGS = ("_total", "_bucket", "_sum", "_count")


def _respelt(inventory: Inventory, name: str) -> tuple[Known, ...]:
    """What is stored under a name that differs in its signs alone, or in an ending: a counter's, or a histogram's."""
    bare = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)
    spellings = [bare, *(bare + ending for ending in _ENDINGS), *(name + ending for ending in _ENDINGS)]
    found = tuple(row for spelling in dict.fromkeys(spellings) for row in inventory.find(spelling))
    return found or inventory.alike(name)


def _unknown(inventory: Inventory, name: str, facts: Facts) -> Verdict:
    meant = inventory.meant(name) or _respelt(inventory, name)
    instead = tuple(row for row in meant if exposed(inventory, row, facts)) or meant[:1]
    complete = any(exporter.component.page.complete for exporter in inventory.owners(name))
    return Verdict(State.NEVER if meant or complete else State.UNKNOWN, (), instead)


def _of_row(inventory: Inventory, row: Known, facts: Facts) -> Iterator[Verdict]:
    """The state of a row at each version of each server that may have it."""
    if not row.component:
        yield Verdict(State.THERE, (row,))
        return
    exporter = inventory.exporter(row.component)
    running = facts.deployed(row.component) or [Running(component=row.component)]
    for server in running:
        for version in versions_of(exporter, server.versions):
            state = _state(exporter, row, version, server)
            instead = () if state == State.THERE else tuple(_instead(inventory, row, version, server))
            yield Verdict(state, (row,), instead, version if any(server.versions) else "")


def _instead(inventory: Inventory, row: Known, version: str, server: Running) -> Iterator[Known]:
    exporter = inventory.exporter(row.component)
    for other in inventory.rows(row):
        if other.name != row.name and _state(exporter, other, version, server) == State.THERE:
            yield other


def _state(exporter: Exporter, row: Known, version: str, server: Running) -> State:
    if version:
        if row.until is not None and not within(version, None, row.until):
            return State.GONE
        if not within(version, row.since, None):
            return State.NOT_YET
    return State.THERE if _switched_on(exporter, row, version, server) else State.OFF


def _switched_on(exporter: Exporter, row: Known, version: str, server: Running) -> bool:
    """Whether the options that a row needs are chosen; a condition on more than options may hold."""
    return row.when is None or holds(exporter, row.when, version, server, unsure=True)


def holds(exporter: Exporter, condition: str, version: str, server: Running, *, unsure: bool) -> bool:
    """Whether a condition on a component's options holds for a server; `unsure` where it is on more than options."""
    defaults = {name: option.default for name, option in exporter.component.options.items()}
    context = {"options": {**defaults, **server.options}, "version": version, "name": server.name}
    try:
        return bool(evaluate(condition, context, expression=True))
    except TemplateError:
        return unsure


@lru_cache(maxsize=1024)
def _chosen(known: tuple[str, ...], version: str) -> str:
    """The known version that is meant; one that nobody knows is taken as it is written."""
    try:
        return choose(version, known)
    except VersionError:
        return version


def versions_of(exporter: Exporter, versions: Sequence[str]) -> list[str]:
    """The versions that are meant: those that are told, or the newest known; none of what has no versions."""
    known = exporter.component.versions
    if known is None:
        return [""]
    told = [each for each in versions if each]
    return sorted((_chosen(known.known, each) for each in told or [LATEST]), key=order)
