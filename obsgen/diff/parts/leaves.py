"""The smallest parts in which two plain values differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, NamedTuple

from obsgen.findings import InputError
from obsgen.source import Route, load_text

_NAMES = ("name", "alert", "record", "uid", "key", "title", "job_name", "receiver", "secretName", "mountPath", "port")
"""Keys by which the items of a list are known, the best first."""


class Missing:
    """Stands for a value that one side does not have."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = Missing()


class Leaf(NamedTuple):
    """A part that differs: its route on the side that has it, and both values, MISSING where there is none."""

    route: Route
    old: Any
    new: Any


def leaves(old: Any, new: Any, route: Route = ()) -> Iterator[Leaf]:
    """Where two values differ; lists of things with names are compared by name, others item by item."""
    if old is new or _same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in (*old, *(each for each in new if each not in old)):
            yield from leaves(old.get(key, MISSING), new.get(key, MISSING), (*route, key))
    elif isinstance(old, list) and isinstance(new, list):
        for before, after, index in _aligned(old, new):
            yield from leaves(before, after, (*route, index))
    elif not (isinstance(old, str) and isinstance(new, str) and _same_content(old, new)):
        yield Leaf(route, old, new)


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and old == new


@lru_cache(maxsize=1024)
def _same_content(old: str, new: str) -> bool:
    """Whether two texts are documents that say the same, such as dashboards: only how they are written differs."""
    if not all("\n" in each.strip() or each.lstrip()[:1] in ("{", "[") for each in (old, new)):
        return False
    try:
        before, after = ([each.value for each in load_text(text, "text.yaml")] for text in (old, new))
    except InputError:
        return False
    return before == after and any(isinstance(each, dict | list) for each in before)


def _aligned(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[Any, Any, int]]:
    """The items of two lists that belong together, with an index: in the new list, or in the old where it is gone."""
    by_name = next((key for key in _NAMES if _named(old, key) and _named(new, key)), None)
    if by_name:
        before = {each[by_name]: (index, each) for index, each in enumerate(old)}
        after = {each[by_name]: (index, each) for index, each in enumerate(new)}
        for name, (index, each) in before.items():
            yield (each, after[name][1], after[name][0]) if name in after else (each, MISSING, index)
        yield from ((MISSING, each, index) for name, (index, each) in after.items() if name not in before)
        return
    texts = [[json.dumps(each, sort_keys=True, default=str) for each in side] for side in (old, new)]
    for tag, i, j, k, m in SequenceMatcher(None, texts[0], texts[1], autojunk=False).get_opcodes():
        if tag != "equal":
            shared = min(j - i, m - k)
            yield from ((old[i + n], new[k + n], k + n) for n in range(shared))
            yield from ((old[n], MISSING, n) for n in range(i + shared, j))
            yield from ((MISSING, new[n], n) for n in range(k + shared, m))


def _named(items: Sequence[Any], key: str) -> bool:
    """Whether all items have a name of their own under a key."""
    names = [each[key] for each in items if isinstance(each, dict) and isinstance(each.get(key), str | int)]
    return bool(names) and len(names) == len(items) == len(set(names))
