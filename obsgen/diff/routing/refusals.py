"""Configurations that Alertmanager refuses, and did not before: it goes on with the last one, or does not start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from obsgen.checks.alertmanager.structure import faults
from obsgen.diff.model import Change, Risk
from obsgen.diff.pairs import Pair
from obsgen.diff.routing.routes import Configured, by_name, configured, named, renamed
from obsgen.findings import Finding
from obsgen.repository.alerting.alertmanagers import Configuration, in_chart
from obsgen.repository.alerting.timeintervals import intervals
from obsgen.repository.objects import Located

RECEIVER, INTERVAL = "receiver", "time interval"
_UNDEFINED = re.compile(rf"no ({RECEIVER}|{INTERVAL}) '(.*)'")


class Refused(NamedTuple):
    """An object or file whose configuration is refused, and why."""

    found: Configured
    why: tuple[Finding, ...]


def refused(pair: Pair) -> list[Refused]:
    """What is refused now for something that was not there before."""
    found = ((each, tuple(_new_faults(each))) for each in configured(pair))
    return [Refused(each, why) for each, why in found if why]


def _new_faults(found: Configured) -> Iterator[Finding]:
    old = {fault.message for each in found.old for fault in faults(in_chart(each))}
    yield from (fault for each in found.new for fault in faults(in_chart(each)) if fault.message not in old)


def undefined(found: list[Refused], sort: str) -> set[str]:
    """The names of receivers, or of time intervals, that routes name and that are not there."""
    matches = (_UNDEFINED.fullmatch(fault.message) for each in found for fault in each.why)
    return {match[2] for match in matches if match and match[1] == sort}


def refusals(pair: Pair) -> Iterator[Change]:
    """A line for each configuration that is refused."""
    was_there = any(each.old for each in configured(pair))
    for found, why in refused(pair):
        is_native = all(each.is_native for each in found.new)
        who = "Alertmanager refuses this configuration" if is_native else "the operator leaves it out"
        names = {sort: _names(found, sort) for sort in (RECEIVER, INTERVAL)}
        reasons = tuple(dict.fromkeys(_reason(each.message, names) for each in why))
        more = f", and for {len(reasons) - 1} more reasons" if len(reasons) > 2 else ""
        what = f"{who}: {reasons[0]}{more or ''.join(f'; {each}' for each in reasons[1:])}"
        risk = Risk.STOPS_PAGING if was_there else Risk.REVIEW
        old, _ = found.thing.places()
        new = pair.new.tree.place(why[0].place)
        yield Change("change/configuration-refused", "~", str(found.thing.owner), what, risk, reasons, (), old, new)


class _Names(NamedTuple):
    """What things of one sort were called, and what they are called now if it is otherwise."""

    old: frozenset[str]
    now: Mapping[str, str]


def _names(found: Configured, sort: str) -> _Names:
    old, new = (by_name([one for each in side for one in _of_sort(each, sort)]) for side in (found.old, found.new))
    # Of several that share a name, the second is known by a number here: its own name is what it is called.
    return _Names(frozenset(old), {was: str(new[now].value["name"]) for was, now in renamed(old, new).items()})


def _of_sort(configuration: Configuration, sort: str) -> list[Located]:
    return named(configuration) if sort == RECEIVER else intervals(configuration)


def _reason(message: str, names: Mapping[str, _Names]) -> str:
    match = _UNDEFINED.fullmatch(message)
    if match is None:
        return message
    known, name = names[match[1]], match[2]
    now = f"called {known.now[name]} now" if name in known.now else "gone" if name in known.old else "not there"
    return f"a route names {match[1]} '{name}', which is {now}"
