"""Windows of time in queries: as sentences say them, and as wide as the scrapes of a target make them."""

from __future__ import annotations

from dataclasses import dataclass

from obsgen.units import duration, prometheus_duration

SCRAPES = 4
"""Scrapes that a window must hold: a rate needs two, and one may fail on either side of a window's edge."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window as a sentence says it, and as it is used."""

    said: str
    used: str

    @property
    def is_wider(self) -> bool:
        """Whether scrapes are too rare for what the sentence says."""
        return self.said != self.used


def fitted(said: str, interval: int) -> Window:
    """The window, or the whole minutes that hold four scrapes `interval` seconds apart; Grafana's own stay."""
    if said.startswith("$"):
        return Window(said, said)
    least = -(-SCRAPES * interval // 60) * 60
    return Window(said, said if duration(said) >= least else prometheus_duration(least))


def in_words(window: str) -> str:
    """A window for a sentence: 5 minutes, 1 hour, 90 seconds."""
    seconds = duration(window)
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {name}{'' if seconds == size else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
