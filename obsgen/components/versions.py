"""How versions of a component compare, and which one a profile means."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from obsgen.hints import did_you_mean

_NUMBERS = re.compile(r"[0-9]+")
_PRE = re.compile(r"(?:a|b|rc|alpha|beta|dev)\.?\d*\Z")
_RELEASE = r"\d+(?:\.\d+)*(?:\.post\d+)?"
_DOTTED = re.compile(r"[0-9]+(?:\.+[0-9]+)*")
LATEST = "latest"
"""The newest version that is known."""


class VersionError(ValueError):
    """A version that a component does not know; `hint` names the ones it does."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@lru_cache(maxsize=4096)
def order(version: str) -> tuple[tuple[int, ...], bool]:
    """A key that sorts versions by their numbers, a pre-release before its release: 0.9.2 < 0.10rc1 < 0.10."""
    base = _PRE.sub("", version)
    numbers = [int(number) for number in _NUMBERS.findall(base)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), base == version


def choose(wanted: str, known: tuple[str, ...]) -> str:
    """The version that `wanted` means among the known ones, oldest first.

    `latest` is the newest known; `0.12` the newest known patch of 0.12; a released version between two known ones is
    taken as it is. Raises VersionError for anything older or newer than what is known, and for what is no release.
    """
    if wanted == LATEST:
        return known[-1]
    if wanted in known:
        return wanted
    patches = [version for version in known if version.startswith((f"{wanted}.", f"{wanted}-"))]
    if patches:
        return patches[-1]
    parts = [version for version in known if wanted and version.partition("-")[2] == wanted]
    if parts:
        raise VersionError(f"'{wanted}' is the second half of a version", f"write {parts[-1]}")
    if not _is_release(wanted, known):
        raise VersionError(f"'{wanted}' is not a released version", _meant(wanted, known))
    if order(wanted) > order(known[-1]):
        raise VersionError(f"version {wanted} is newer than any known here", f"newest known: {known[-1]}")
    if order(wanted) < order(known[0]):
        raise VersionError(f"version {wanted} is older than any known here", f"oldest known: {known[0]}")
    return wanted


def _is_release(wanted: str, known: Sequence[str]) -> bool:
    """Whether a version is written as the known ones are: numbers, or two groups of them where theirs are two."""
    prefix = re.escape(_prefix(known))
    second = rf"(?:-{_RELEASE})?" if any("-" in version for version in known) else ""
    return re.fullmatch(prefix + _RELEASE + second, wanted, re.ASCII) is not None


def _prefix(known: Sequence[str]) -> str:
    """The letters that this component's versions begin with, mostly none."""
    return re.split(r"\d", known[-1], maxsplit=1)[0]


def _meant(wanted: str, known: tuple[str, ...]) -> str:
    """What to write instead of something that is no version, and the known ones around it."""
    numbers = _DOTTED.search(wanted)
    if not numbers:
        return did_you_mean(wanted, [LATEST, *known]) or f"newest known: {known[-1]}"
    cleaned = _prefix(known) + re.sub(r"\.+", ".", numbers[0])
    near = f"known nearby: {', '.join(nearby(cleaned, known))}"
    try:
        choose(cleaned, known)
    except VersionError:
        return near
    return f"write {cleaned}; {near}"


def nearby(version: str, known: Sequence[str], count: int = 3) -> Sequence[str]:
    """The known versions around one, oldest first."""
    at = bisect_left([order(each) for each in known], order(version))
    start = max(0, min(at - count // 2, len(known) - count))
    return known[start : start + count]


def within(version: str, since: str | None, until: str | None) -> bool:
    """Whether a version lies in the half-open range from `since` to before `until`."""
    if since is not None and order(version) < order(since):
        return False
    return until is None or order(version) < order(until)
