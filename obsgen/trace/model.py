"""A path as it is told: hops in the order of the signal, each with its place, and what breaks it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from obsgen.findings import Finding, Place, Severity


class State(StrEnum):
    """What is known of a hop."""

    FACT = "fact"
    """Files, or facts that somebody gave, say so."""
    ASSUMED = "assumed"
    """It lies outside of the files, or depends on what is not known."""
    DOUBTFUL = "doubtful"
    """A warning says why it may not hold."""
    BROKEN = "broken"
    """An error says why it does not hold."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: what sort of thing it is, what it does, where it stands, and the findings that concern it.

    A hop with an error among its findings is broken, one with a warning doubtful, whatever else is known of it.
    """

    kind: str
    text: str
    place: Place | None = None
    known: State = State.FACT
    findings: tuple[Finding, ...] = ()

    @property
    def state(self) -> State:
        """What is known of it, and whether it holds."""
        if any(each.severity == Severity.ERROR for each in self.findings):
            return State.BROKEN
        return State.DOUBTFUL if self.findings else self.known


@dataclass(frozen=True, slots=True)
class Trace:
    """One path: what it is of, in one sentence, and its hops.

    `stack` is the rendered tree that it belongs to, `environments` those of it in which it is exactly so; both are
    empty for files of no rendered tree.
    """

    kind: str
    name: str
    sentence: str
    place: Place | None
    hops: tuple[Hop, ...]
    stack: str = ""
    environments: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[Hop, ...]:
        """The hops at which it breaks."""
        return tuple(each for each in self.hops if each.state == State.BROKEN)

    @property
    def assumed(self) -> tuple[Hop, ...]:
        """The hops that are taken for true."""
        return tuple(each for each in self.hops if each.state == State.ASSUMED)

    @property
    def doubtful(self) -> tuple[Hop, ...]:
        """The hops with warnings."""
        return tuple(each for each in self.hops if each.state == State.DOUBTFUL)


@dataclass(frozen=True, slots=True)
class Tracing:
    """All paths of a name, those that are equal in several environments once."""

    name: str
    traces: tuple[Trace, ...]

    @property
    def is_broken(self) -> bool:
        """Whether one of them is broken."""
        return any(each.broken for each in self.traces)


def distinct(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    """Each hop once, in order."""
    return tuple(dict.fromkeys(hops))


def numbered(hops: Iterable[Hop]) -> list[tuple[int, Hop]]:
    """The hops with the numbers of their steps: hops of one kind that follow each other are one step."""
    found: list[tuple[int, Hop]] = []
    number, kind = 0, ""
    for hop in hops:
        number += hop.kind != kind
        kind = hop.kind
        found.append((number, hop))
    return found
