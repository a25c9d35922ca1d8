"""The JSON 6902 operations that turn one list into another, item by item.

Items are known by a name they carry. Before an operation touches an item, `op: test` asserts that it is the one
meant, so that a patch fails loudly when its base has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

from obsgen.kustomize.jsonpatch import pointer, same_json
from obsgen.source import Route

Operation = dict[str, Any]
Compare = Callable[[Any, Any, Route], list[Operation]]
"""Gives the operations that turn a value into another one at a route."""

Identity = tuple[str | None, Any]
"""The key that names an item (None: the item itself), and its value."""

# What items are named by, best first; of the keys in one group each item has one.
_NAMING = (
    ("name",),
    ("alert", "record"),
    ("id",),
    ("uid",),
    ("key",),
    ("mountPath",),
    ("containerPort",),
    ("port",),
    ("path",),
    ("host",),
    ("ip",),
    ("type",),
)


def list_operations(base: list[Any], wanted: list[Any], route: Route, compare: Compare) -> list[Operation]:
    """The operations, in order, that turn the list at `route` into `wanted`; a whole replacement at worst."""
    if same_json(base, wanted):
        return []
    naming = _naming(base, wanted)
    if not base or not wanted or naming is None:
        return [{"op": "replace", "path": pointer(route), "value": wanted}]
    old, new = ([_identity(item, naming) for item in items] for items in (base, wanted))
    operations: list[Operation] = []
    # Up to the index in `wanted` everything is as it shall be; behind it the base goes on.
    for _, start, end, index, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        kept = min(end - start, stop - index)
        for before, to in zip(range(start, start + kept), range(index, index + kept), strict=True):
            operations += _modified(old[before], base[before], wanted[to], (*route, to), compare)
        for gone in old[start + kept : end]:
            operations += [_test(gone, (*route, index + kept)), _operation("remove", (*route, index + kept))]
        for to in range(index + kept, stop):
            operations += [_test(old[end], (*route, to))] if end < len(base) else []
            operations.append(_operation("add", (*route, to if end < len(base) else "-"), value=wanted[to]))
    return operations


def _modified(identity: Identity, item: Any, to: Any, route: Route, compare: Compare) -> list[Operation]:
    """An item changed in place, known by the name it still has; one of another name is replaced if that is shorter."""
    if same_json(item, to):
        return []
    key, name = identity
    whole = [_operation("replace", route, value=to)]
    parts = whole if key is None else compare(item, to, route)
    renamed = key is None or to.get(key) != name
    return [_test(identity, route), *(whole if renamed and len(str(whole)) < len(str(parts)) else parts)]


def _test(identity: Identity, route: Route) -> Operation:
    key, value = identity
    return _operation("test", route if key is None else (*route, key), value=value)


def _operation(name: str, route: Route, **more: Any) -> Operation:
    return {"op": name, "path": pointer(route), **more}


def _naming(base: list[Any], wanted: list[Any]) -> tuple[str, ...] | None:
    """The keys that name the items of both lists: `()` for scalars, None where nothing does."""
    items = [*base, *wanted]
    if all(_is_scalar(item) for item in items):
        return ()
    if not all(isinstance(item, dict) for item in items):
        return None
    for keys in _NAMING:
        if all(sum(_is_scalar(item.get(key)) for key in keys) == 1 for item in items):
            return keys
    shared = set.intersection(*(set(item) for item in items))
    unique = [key for key in sorted(shared) if _is_unique(base, key) and _is_unique(wanted, key)]
    known = {key: len({item[key] for item in base} & {item[key] for item in wanted}) for key in unique}
    best = max(unique, key=lambda key: known[key], default=None)
    return (best,) if best is not None and known[best] else None


def _is_unique(items: list[Any], key: str) -> bool:
    values = [item[key] for item in items]
    return all(map(_is_scalar, values)) and len(set(values)) == len(values)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _identity(item: Any, naming: tuple[str, ...]) -> Identity:
    key = next((key for key in naming if _is_scalar(item.get(key))), None)
    return key, item if key is None else item[key]
