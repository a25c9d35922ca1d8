"""One page for each id that a finding, or a change between two trees, can have.

Of a finding it says why it hurts, how to fix it and how certain it is; of a change what it means, why it has its risk
and what to look at.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_PAGES = files(__name__) / "pages"
_CHANGES = "change"
"""The group of what `obsgen diff` tells; all others are findings'."""


@cache
def ids() -> tuple[str, ...]:
    """The ids of findings that have a page, sorted."""
    return tuple(each for each in _all() if each.partition("/")[0] != _CHANGES)


@cache
def changes() -> tuple[str, ...]:
    """The ids of changes that have a page, sorted."""
    return tuple(each for each in _all() if each.partition("/")[0] == _CHANGES)


def _all() -> tuple[str, ...]:
    groups = (group for group in _PAGES.iterdir() if group.is_dir())
    pages = (f"{group.name}/{page.name}" for group in groups for page in group.iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in pages if name.endswith(".md")))


def page(check: str) -> str | None:
    """The page of an id, in Markdown; None if there is no such id."""
    if check not in (*ids(), *changes()):
        return None
    return (_PAGES / f"{check}.md").read_text(encoding="utf-8")
