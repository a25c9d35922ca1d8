"""The lines of files that findings point at, without the secrets in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from obsgen.findings import Finding, Place
from obsgen.leaks import leaks, masked
from obsgen.secrecy import ID as EXPOSED

_MAX_FILE = 16 * 1024 * 1024
_SECRET = re.compile(r"""\bkind["']?[ \t]*:[ \t]*["']?Secret\b""")


class Source(NamedTuple):
    """The lines of a file without its secrets, and these, so that nothing else tells them."""

    lines: list[str]
    secrets: tuple[str, ...] = ()


def reader(findings: Iterable[Finding]) -> Callable[[str], Source]:
    """A function that gives a file, empty if it cannot be read, and keeps it; secrets that are found are left out.

    Of a file with a Secret that cannot be parsed nobody knows which values are secret: no line of it is given.
    """
    places: dict[str, list[Place]] = {}
    broken = set()
    for finding in findings:
        if finding.id == EXPOSED:
            places.setdefault(finding.place.file, []).append(finding.place)
        elif finding.id.startswith(("yaml/", "json/")):
            broken.add(finding.place.file)

    @cache
    def source(file: str) -> Source:
        try:
            with Path(file).open("rb") as stream:
                raw = stream.read(_MAX_FILE + 1)
        except (OSError, ValueError):
            return Source([])
        text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        if len(raw) > _MAX_FILE or (file in broken and _SECRET.search(text)):
            return Source([])
        secrets = (text[leak.start : leak.start + leak.length] for leak in leaks(text))
        return Source(_covered(masked(text).split("\n"), places.get(file, ())), tuple(secrets))

    return source


def _covered(lines: list[str], places: Iterable[Place]) -> list[str]:
    """The lines with asterisks at the places."""
    for place in places:
        if place.line <= len(lines):
            line, start = lines[place.line - 1], place.column - 1
            lines[place.line - 1] = f"{line[:start]}{'*' * place.length}{line[start + place.length :]}"
    return lines
