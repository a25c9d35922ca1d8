"""How versions of a component compare, and which one a profile means."""

from __future__ import annotations

import re
from functools import lru_cache

_NUMBERS = re.compile(r"\d+")
_PRE = re.compile(r"(?:a|b|rc|alpha|beta|dev)\.?\d*\Z")


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

    `latest` is the newest known; `0.12` the newest known patch of 0.12; a version between two known ones is taken as
    it is. Raises VersionError for anything older or newer than what is known.
    """
    if wanted == "latest":
        return known[-1]
    if wanted in known:
        return wanted
    patches = [version for version in known if version.startswith((f"{wanted}.", f"{wanted}-"))]
    if patches:
        return patches[-1]
    if not _NUMBERS.match(wanted):
        raise VersionError(f"'{wanted}' is not a version", f"such as {known[-1]}, the newest known")
    if order(wanted) > order(known[-1]):
        raise VersionError(f"version {wanted} is newer than any known here", f"newest known: {known[-1]}")
    if order(wanted) < order(known[0]):
        raise VersionError(f"version {wanted} is older than any known here", f"oldest known: {known[0]}")
    return wanted


def within(version: str, since: str | None, until: str | None) -> bool:
    """Whether a version lies in the half-open range from `since` to before `until`."""
    if since is not None and order(version) < order(since):
        return False
    return until is None or order(version) < order(until)
