"""Durations as Prometheus reads them in rules, such as `5m`, `1h30m`, `1d12h`."""

from __future__ import annotations

import re
from functools import lru_cache

_UNITS = {"y": 31_536_000_000, "w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_DURATION = re.compile("".join(rf"(?:([0-9]+){unit})?" for unit in _UNITS) + r"\Z")


@lru_cache(maxsize=4096)
def milliseconds(text: str) -> int | None:
    """The length of a duration; None if Prometheus refuses the text."""
    if text == "0":
        return 0
    match = _DURATION.match(text)
    if not match or not text:
        return None
    return sum(int(count) * size for count, size in zip(match.groups(), _UNITS.values(), strict=True) if count)
