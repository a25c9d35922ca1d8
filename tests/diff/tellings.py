"""Differences made by hand, for tests of how they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from obsgen.diff.difference import Difference
from obsgen.diff.model import Cause, Change, Risk, Unit
from obsgen.diff.telling import Told, told
from obsgen.findings import Place


def change(subject: str, what: str = "looser: 8 s → 12 s", risk: Risk = Risk.REVIEW, **more: object) -> Change:
    """A change of an alert, unless told otherwise."""
    id_, sign = str(more.get("id", "change/alert-looser")), str(more.get("sign", "▲"))
    details = more.get("details", ())
    assert isinstance(details, tuple)
    new = Place("out/demo/base/rules.yaml", 7) if more.get("place", True) else None
    return Change(id_, sign, subject, what, risk, details, (), None, new)


def units(stack: str, *names: str) -> frozenset[Unit]:
    """Units of a stack: `prod`, or `prod/eu-1` for a cluster."""
    return frozenset(Unit(stack, *each.split("/")) for each in names)


def difference(changes: Mapping[Change, Iterable[Unit]], known: Iterable[Unit] = ()) -> Difference:
    """The difference with these changes; `known` are further units."""
    every = frozenset((*known, *(unit for where in changes.values() for unit in where)))
    return Difference(every, {each: frozenset(where) for each, where in changes.items()})


def told_of(
    changes: Mapping[Change, Iterable[Unit]],
    known: Iterable[Unit] = (),
    causes: Mapping[Change, tuple[Cause, ...]] | None = None,
    **more: object,
) -> Told:
    """What is told of it."""
    notes = more.get("notes", ())
    assert isinstance(notes, tuple)
    return told(difference(changes, known), causes, str(more.get("against", "against main")), notes)
