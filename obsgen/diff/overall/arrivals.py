"""What something that is new as a whole brings: alerts, who is told of them, and Secrets that must be there first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from obsgen.diff.compare.secrets import secrets_needed
from obsgen.diff.model import Risk
from obsgen.diff.routing.deliveries import delivery
from obsgen.diff.routing.reach import reach, severity_of
from obsgen.diff.trees import State

_NAMED = 3


class _Group(NamedTuple):
    """What alerts share: their severity, who is told, who of them may be woken, and whether somebody may be."""

    severity: str
    receivers: tuple[str, ...] | None
    pagers: tuple[str, ...]
    wakes: bool

    def __str__(self) -> str:
        tail = (
            ""
            if self.receivers is None
            else f" → {', '.join(self.receivers)}"
            if self.receivers
            else ", nobody is told"
        )
        return f"{self.severity}{tail}"


@dataclass(frozen=True)
class Arrivals:
    """Alerts by name with what they share, and what each Secret must have; `cluster` is whose they are, if one's."""

    alerts: frozenset[tuple[str, _Group]]
    secrets: frozenset[tuple[str, str]]
    cluster: str = ""

    @property
    def risk(self) -> Risk:
        """The risk: new alerts may page, and without its Secrets it does not start."""
        if self._waking:
            return Risk.PAGES
        return Risk.REVIEW if self.secrets else Risk.SAFE

    def __str__(self) -> str:
        """In a line: `29 alerts, 4 of them critical → pager; needs Secret monitoring/alertmanager-slack`."""
        return "; ".join(filter(None, (self._told, self._needed)))

    @property
    def details(self) -> tuple[str, ...]:
        """All alerts by who is told of them, and what each Secret must have."""
        groups = sorted({group for _, group in self.alerts}, key=lambda each: (not each.wakes, str(each)))
        told = ((group, sorted(name for name, its in self.alerts if its == group)) for group in groups)
        lines = (f"{_counted(len(names), 'alert')}, {group}: {', '.join(names)}" for group, names in told)
        return (*lines, *(f"{name} {what}" for name, what in sorted(self.secrets)))

    @property
    def _waking(self) -> list[tuple[str, _Group]]:
        return [each for each in self.alerts if each[1].wakes]

    @property
    def _told(self) -> str:
        names = {name for name, _ in self.alerts}
        waking = {name for name, _ in self._waking}
        if not names:
            return ""
        counted = _counted(len(names), "alert")
        if not waking:
            return f"{counted}, nobody is paged"
        some = "" if len(names) == 1 else "all of them " if waking == names else f"{len(waking)} of them "
        return f"{counted}, {some}{self._whom()}"

    def _whom(self) -> str:
        groups = [group for _, group in self._waking]
        severities = {each.severity for each in groups}
        pagers = sorted({one for each in groups for one in each.pagers})
        severity = "".join(severities) if len(severities) == 1 else "paging" if not pagers else ""
        to = f"→ {_listed(pagers, 'receivers')}" if pagers else ""
        return " ".join(filter(None, (severity, to)))

    @property
    def _needed(self) -> str:
        """The Secrets by name; what a cluster calls its own reads the same for all clusters."""
        names = sorted({name.removeprefix("Secret ") for name, _ in self.secrets})
        if len(names) > _NAMED:
            return f"needs {len(names)} Secrets"
        listed = ", ".join(names)
        if self.cluster:
            listed = re.sub(rf"(?<!\w){re.escape(self.cluster)}(?!\w)", "<cluster>", listed)
        return f"needs {'Secret' if len(names) == 1 else 'Secrets'} {listed}" if names else ""


def arrivals(states: Iterable[State]) -> Arrivals:
    """What units bring together."""
    found = list(states)
    alerts = frozenset(each for state in found for each in _alerts(state))
    secrets = frozenset(each for state in found for each in secrets_needed(state))
    return Arrivals(alerts, secrets, found[0].unit.cluster if len(found) == 1 else "")


def _alerts(state: State) -> Iterator[tuple[str, _Group]]:
    for led in delivery(state).led:
        severity = severity_of(led.held.labels)
        yield led.held.title, _Group(severity, *reach(severity, led.known))


def _listed(names: Collection[str], many: str) -> str:
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} {many}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
