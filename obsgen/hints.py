"""Near names, for hints."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the known name most like `name`; empty if none is near."""
    from difflib import get_close_matches

    names = sorted(set(known))
    near = get_close_matches(name, names, 1, 0.6) or [each for each in names if each.lower() == name.lower()]
    return f"did you mean {near[0]!r}?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The nearest known name and, where there are few or none is near, all of them."""
    names = list(known)
    near = did_you_mean(name, names)
    listing = f"known: {', '.join(names)}" if 0 < len(names) <= (12 if near else 40) else ""
    return " ".join(filter(None, (near, listing)))
