"""How kustomize merges lists by key; a faithful copy of its steps, odd ones included.

Everything works on texts: a port 8080 and a port "8080" are the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from obsgen.kustomize.nodes import Node
from obsgen.source import resolve_plain

Keys = Sequence[str]
Values = Sequence[str]


def merge_scalars(dest: list[Node], patch: list[Node]) -> list[Node]:
    """The patch's scalars, then those of `dest` that it lacks; each once."""
    found: dict[str, Node] = {}
    for item in [*patch, *dest]:
        found.setdefault(scalar_text(item), item)
    return list(found.values())


def merge_keyed(
    dest: list[Node],
    patch: list[Node],
    keys: Keys,
    merge: Callable[[Node | None, Node | None], Node | None],
    is_lost: Callable[[Node], bool],
) -> list[Node]:
    """The patch's items merged with their namesakes in `dest`, then the rest of `dest`.

    Every item must have the first key: kustomize does the strangest things to items that do not. `is_lost` tells
    which of the patch's items kustomize forgets when there is a namesake, as it does with `$patch: replace`.
    """
    dest = list(dest)
    identities = _identities([*patch, *dest], keys)
    added: list[Node] = []
    valid_keys: Keys = keys
    for identity in identities:
        valid_keys, values = _valid(identities, identity, keys)
        old, new = (_find(items, *_valid([values], values, valid_keys)) for items in (dest, patch))
        newer = None if new is None else patch[new]
        lost = old is not None and newer is not None and is_lost(newer)
        merged = merge(None if old is None else dest[old], newer)
        if merged is None or not merged.fields:
            dest = _set(dest, None, valid_keys, values)
            continue
        merged = _complete(merged, valid_keys, values)
        if old is not None and not lost:
            dest[old] = merged
        added = _set(added, merged, valid_keys, values)
    return _append(added, dest, valid_keys) if identities else dest


def scalar_text(node: Node | None) -> str:
    """A scalar as it stands in YAML; empty for null, mappings, lists and what is not there."""
    if node is None or node.shape != "scalar":
        return ""
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)


def _identities(items: list[Node], keys: Keys) -> list[list[str]]:
    texts = {tuple(scalar_text(item.get(key)) for key in keys): None for item in items}
    found = [list(values) for values in texts]
    if len(keys) > 1:
        for i, mine in enumerate(found):
            for j, other in enumerate(found):
                if both := _same_but_for_gaps(mine, other):
                    mine = found[i] = found[j] = both
    return found


def _same_but_for_gaps(mine: list[str], other: list[str]) -> list[str] | None:
    """One identity for both if they share a value and differ only where one has none."""
    if any(a != b and a and b for a, b in zip(mine, other, strict=True)):
        return None
    shared = any(a == b for a, b in zip(mine, other, strict=True))
    return [a or b for a, b in zip(mine, other, strict=True)] if shared else None


def _valid(identities: Sequence[Values], values: Values, keys: Keys) -> tuple[Keys, Values]:
    """The keys that any identity has a value for, with this one's values; all keys if none has."""
    used = {key for identity in identities for key, value in zip(keys, identity, strict=True) if value}
    if not used:
        return keys, values
    kept = [(key, value) for key, value in zip(keys, values, strict=True) if key in used]
    return [key for key, _ in kept], [value for _, value in kept]


def _find(items: list[Node], keys: Keys, values: Values) -> int | None:
    pairs = list(zip(keys, values, strict=True))
    for index, item in enumerate(items):
        if all(_matches(item, key, value) for key, value in pairs):
            return index
    return None


def _matches(item: Node, key: str, value: str) -> bool:
    # An empty value matches whatever the key holds: that is how kustomize looks for items without it.
    return key in item.fields and (not value or scalar_text(item.get(key)) == value)


def _complete(item: Node, keys: Keys, values: Values) -> Node:
    for key, value in zip(keys, values, strict=True):
        if value and key not in item.fields:
            item.fields[key] = item.with_value(resolve_plain(value))
    return item


def _set(items: list[Node], element: Node | None, keys: Keys, values: Values) -> list[Node]:
    """Puts `element` in place of the items that match, else at the end; None removes them."""
    kept, matched = [], False
    for item in items:
        if all(_matches(item, key, value) for key, value in zip(keys, values, strict=False)):
            matched = True
            kept += [element] if element else []
        else:
            kept.append(item)
    return kept if matched or element is None else [*kept, element]


def _append(items: list[Node], more: list[Node], keys: Keys) -> list[Node]:
    for item in more:
        values = []
        for key in keys:
            if item.get(key) is None:
                items = [*items, item]
            else:
                values.append(scalar_text(item.get(key)))
        if len(keys) > 1:
            items = _set(items, None, keys, values)
        items = _set(items, item, keys, values)
    return items
