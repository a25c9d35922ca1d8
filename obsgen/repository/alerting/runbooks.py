"""Runbooks that alerts lead to, where they are pages of the same repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import Rule

_KEYS = ("runbook_url", "runbook", "runbookUrl")
_RELATIVE = re.compile(r"[\w.-]{1,100}(?:/[\w.-]{1,100}){1,9}(?:#.*)?")
_OF_FORGES = re.compile(
    r"https?://[^/\s]+/.+?/(?:-/)?(?:blob|tree|raw|src)/(?:branch/)?(?P<path>[^/?#\s]{1,100}(?:/[^/?#\s]{1,200}){1,12})"
)
"""A file in a repository: what follows begins with the branch, which may have slashes of its own."""


@dataclass(frozen=True, slots=True)
class Runbook:
    """Where an alert's annotation leads: `page` if it is a file here, `folder` if there are others beside it."""

    located: Located
    page: Path | None = None
    folder: Path | None = None

    @property
    def url(self) -> str:
        """What the annotation says."""
        return str(self.located.value)

    @property
    def is_text(self) -> bool:
        """Whether the annotation is the runbook itself, and no address."""
        return any(map(str.isspace, self.url.strip()))

    @property
    def home(self) -> str:
        """The address of its folder."""
        return self.url.rpartition("/")[0]


def runbook_of(rule: Rule) -> Runbook | None:
    """The runbook that an alert names, if it names one."""
    for key in _KEYS:
        found = rule.located.at("annotations", key)
        if isinstance(found.value, str) and found.value.strip():
            return _found(found)
    return None


def _found(located: Located) -> Runbook:
    if "{{" in located.value:
        return Runbook(located)
    paths = list(_paths(located.value.strip()))
    above = Path(located.file).resolve().parents if paths else ()
    tries = [Path(folder, path) for path in paths for folder in above]
    page = next((each for each in tries if each.is_file()), None)
    folder = None if page else next((each.parent for each in tries if _has_pages(each)), None)
    return Runbook(located, page, folder)


def _paths(url: str) -> Iterator[str]:
    """The paths inside its repository that an address may mean, each with a folder."""
    match = _OF_FORGES.match(url)
    if match:
        parts = match["path"].split("/")
        yield from ("/".join(parts[start:]) for start in range(1, len(parts) - 1))
    elif _RELATIVE.fullmatch(url) and ".." not in url:
        yield url.partition("#")[0]


def _has_pages(page: Path) -> bool:
    return page.suffix == ".md" and page.parent.is_dir() and any(page.parent.glob("*.md"))
