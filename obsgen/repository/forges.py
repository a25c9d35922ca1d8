"""Which folder of the machine is the root of a repository that a URL names: told by what resolves below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_FILE = re.compile(
    r"https?://(?P<host>[^/\s]+)/(?P<repo>[^\s?#]+?)/(?:-/)?(?:blob|raw|tree|src/branch|src)/"
    r"(?P<ref>[^/\s]+)/(?P<path>[^\s?#]+)"
)
_SCHEME = re.compile(r"^(?:[a-z+]+://)?(?:[^@/\s]+@)?")


def repository_of(url: str) -> str:
    """A repository's URL as host/path, however it is written: `git@h:a/b.git` is `h/a/b`."""
    plain = _SCHEME.sub("", url.strip()).rstrip("/").removesuffix(".git")
    return re.sub(r"^([^/:]+):(?:\d+/)?", r"\1/", plain).lower()


@dataclass(frozen=True)
class FileUrl:
    """A URL of a file in a repository: which one, and the path in it."""

    repository: str
    path: str


def file_url(text: str) -> FileUrl | None:
    """The file that a URL of a forge shows; None if it shows none, or has a template in it."""
    match = _FILE.match(text)
    if match is None or "{{" in text:
        return None
    return FileUrl(f"{match['host']}/{match['repo']}".lower(), match["path"].rstrip("/"))


@dataclass(frozen=True)
class Mention:
    """A path in a repository, and the file that names it."""

    repository: str
    path: str
    beside: str


def roots(mentions: Iterable[Mention]) -> dict[str, Path]:
    """The root folders of repositories: those below which most of the paths are that are named.

    A repository of which no path is there is another one: nothing is told of it.
    """
    found: dict[str, Counter[Path]] = {}
    for each in mentions:
        for folder in Path(each.beside).resolve().parents:
            if (folder / each.path).exists():
                found.setdefault(each.repository, Counter())[folder] += 1
    return {repository: counts.most_common(1)[0][0] for repository, counts in found.items()}
