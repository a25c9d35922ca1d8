"""The lines of files that findings point at, without the secrets in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from obsgen.findings import Finding, InputError, Place
from obsgen.leaks import leaks
from obsgen.secrecy import ID as EXPOSED
from obsgen.secrecy.texts import secrets_in
from obsgen.secrecy.values import secrets_of
from obsgen.source import load_text

_MAX_FILE = 16 * 1024 * 1024
_MAX_READ = 1024 * 1024
_READ = (".yaml", ".yml", ".json")
_SHORTEST = 4
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
        meant = [] if file in broken else _meant(text, file)
        return Source(_covered(_masked(text, meant).split("\n"), places.get(file, ())), (*secrets, *meant))

    return source


def _meant(text: str, file: str) -> list[str]:
    """What is secret by its name in a file that can be read, however it is written there."""
    if len(text) > _MAX_READ or not file.endswith(_READ):
        return []
    try:
        documents = load_text(text, file)
    except InputError:
        return []
    return sorted({each for document in documents for each in secrets_of(document.value)}, key=len, reverse=True)


def _masked(text: str, meant: Iterable[str]) -> str:
    """The text with asterisks for what is secret by its form, by its name in the text, or by what the file says."""
    spans = [(leak.start, leak.start + leak.length) for leak in secrets_in(text)]
    for line in (line.strip() for secret in meant for line in secret.splitlines() if len(line.strip()) >= _SHORTEST):
        spans += [each.span() for each in re.finditer(rf"(?<!\w){re.escape(line)}(?!\w)", text)]
    for start, end in spans:
        text = text[:start] + re.sub(r"[^\r\n]", "*", text[start:end]) + text[end:]
    return text


def _covered(lines: list[str], places: Iterable[Place]) -> list[str]:
    """The lines with asterisks at the places."""
    for place in places:
        if place.line <= len(lines):
            line, start = lines[place.line - 1], place.column - 1
            lines[place.line - 1] = f"{line[:start]}{'*' * place.length}{line[start + place.length :]}"
    return lines
