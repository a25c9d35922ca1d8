"""Near names, for hints."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the known name most like `name`; empty if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(set(known)), 1, 0.6)
    return f"did you mean {near[0]!r}?" if near else ""
