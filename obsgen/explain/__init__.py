"""One page for each id that a finding can have: what it means, why it hurts, how to fix it, how certain it is."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_PAGES = files(__name__) / "pages"


@cache
def ids() -> tuple[str, ...]:
    """The ids that have a page, sorted."""
    groups = (group for group in _PAGES.iterdir() if group.is_dir())
    pages = (f"{group.name}/{page.name}" for group in groups for page in group.iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in pages if name.endswith(".md")))


def page(check: str) -> str | None:
    """The page of an id, in Markdown; None if there is no such id."""
    if check not in ids():
        return None
    return (_PAGES / f"{check}.md").read_text(encoding="utf-8")
