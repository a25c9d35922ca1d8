"""Which names a tree may hold: those that every file system, git and kustomize take without surprise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

OWN = ".obsgen"
RECORD = f"{OWN}/record.json"
JOURNAL = f"{OWN}/journal.json"
STAGE = f"{OWN}/stage"

MAX_PART = 100
MAX_PATH = 240
_PART = re.compile(r"[A-Za-z0-9._-]+")
_RESERVED = (RECORD, JOURNAL, STAGE)


def faults(paths: Iterable[str]) -> dict[str, str]:
    """What is wrong with each bad path, alone or beside the others; empty when all are good."""
    paths = sorted(paths)
    return {**dict(_collisions(paths)), **bad_names(paths)}


def bad_names(paths: Iterable[str]) -> dict[str, str]:
    """What is wrong with each bad path by itself; what passes cannot lead out of a tree."""
    return {path: reason for path in paths if (reason := _bad_name(path))}


def folders(path: str) -> Iterator[str]:
    """The folders above `path`, nearest last: `a/b/c` gives `a`, `a/b`."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)


def _bad_name(path: str) -> str:
    parts = path.split("/")
    if len(path) > MAX_PATH:
        return f"is longer than {MAX_PATH} characters"
    if path.startswith("/"):
        return "is absolute"
    if any(not part.strip(".") for part in parts):
        return "has a part that is empty or only dots"
    if any(not _PART.fullmatch(part) for part in parts):
        return "has a part with other characters than A-Z a-z 0-9 . _ -"
    if any(len(part) > MAX_PART for part in parts):
        return f"has a part longer than {MAX_PART} characters"
    lower = path.lower()
    if any(part == ".git" for part in lower.split("/")) or any(f"{lower}/".startswith(f"{r}/") for r in _RESERVED):
        return "is reserved"
    return ""


def _collisions(paths: list[str]) -> Iterator[tuple[str, str]]:
    files = {path.lower() for path in paths}
    spellings: dict[str, str] = {}
    for path in paths:
        for prefix in (*folders(path), path):
            other = spellings.setdefault(prefix.lower(), prefix)
            if other != prefix:
                yield path, f"differs from {other} only in upper and lower case"
            if prefix != path and prefix.lower() in files:
                yield path, f"needs a folder {prefix}, which is also a file"
