"""What the README of a tree says must be so before the first sync: each truth once, and where it is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from obsgen.render.objects import Rendered

MOST_WORDS = 4
"""In how many words the same precondition of two environments may differ to be told in one sentence."""

Said = tuple[str, str | None]
"""A precondition, and the command that shows whether it is so."""


def preconditions_section(environments: Mapping[str, Rendered]) -> Iterator[str]:
    """The section's lines."""
    expected = _expected_namespaces(environments.values())
    yield "## Preconditions"
    yield ""
    if expected:
        yield f"- These namespaces exist: {', '.join(expected)}. Check: `kubectl get namespace {' '.join(expected)}`"
    wanted: dict[Said, list[str]] = {}
    for name, rendered in environments.items():
        for each in rendered.stack.preconditions:
            wanted.setdefault(each, []).append(name)
    for group in _alike(wanted):
        places = [name for each in group for name in wanted[each]]
        command = group[0][1]
        where = "" if len(places) == len(environments) else f"In {', '.join(places)}: "
        yield f"- {where}{_together([text for text, _ in group])}" + (f" Check: `{command}`" if command else "")


def _expected_namespaces(environments: Iterable[Rendered]) -> list[str]:
    """Namespaces that the tree uses and does not create."""
    used, created = set(), set()
    for rendered in environments:
        used |= {each.identity[2] for each in (*rendered.objects, *rendered.board_maps) if each.identity[2]}
        created |= set(rendered.stack.settings.namespaces.create)
    return sorted(used - created)


def _alike(wanted: Iterable[Said]) -> list[list[Said]]:
    """Preconditions with one command that differ in a few words, together; in the order in which they came."""
    groups: list[list[Said]] = []
    for each in wanted:
        group = next((group for group in groups if _is_like(group[0], each)), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    return groups


def _is_like(one: Said, other: Said) -> bool:
    words, others = one[0].split(" "), other[0].split(" ")
    differing = sum(a != b for a, b in zip(words, others, strict=False))
    return one[1] == other[1] and len(words) == len(others) and differing <= MOST_WORDS


def _together(texts: Sequence[str]) -> str:
    """One sentence for several: where they differ, the words of all."""
    return " ".join(
        _words(list(dict.fromkeys(words))) for words in zip(*(text.split(" ") for text in texts), strict=True)
    )


def _words(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    ends = {re.search(r"[.,;:)]*\Z", each)[0] for each in words}  # type: ignore[index]  # it always matches
    end = ends.pop() if len(ends) == 1 else ""
    return " / ".join(each.removesuffix(end) for each in words) + end
