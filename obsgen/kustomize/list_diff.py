"""The JSON 6902 operations that turn one list into another, item by item.

Items are known by a name they carry. Before an operation touches an item, `op: test` asserts that it is the one
meant, so that a patch fails loudly when its base has changed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from obsgen.kustomize.jsonpatch import pointer, same_json
from obsgen.source import Route

Operation = dict[str, Any]
Compare = Callable[[Any, Any, Route], list[Operation]]
"""Gives the operations that turn a value into another one at a route."""

Identity = tuple[str | None, Any, int]
"""The key that names an item (None: the item itself), its value, and how many items before have the same."""

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
    change = _Change(route, compare, list(zip(_identities(base, naming), base, strict=True)))
    goal = _identities(wanted, naming)
    goal = _renamed(change.identities(), goal)
    change.remove_all_but(set(goal))
    change.move_into_order(goal)
    change.add_missing(goal, wanted)
    change.modify(wanted)
    return change.operations


class _Change:
    """A list under change: its items as they are after the operations so far."""

    def __init__(self, route: Route, compare: Compare, items: list[tuple[Identity, Any]]) -> None:
        self.route, self.compare, self.items = route, compare, items
        self.operations: list[Operation] = []

    def identities(self) -> list[Identity]:
        """The items' identities, in their present order."""
        return [identity for identity, _ in self.items]

    def remove_all_but(self, kept: set[Identity]) -> None:
        """Removes items from the end on, so that earlier indexes stay valid."""
        for index in range(len(self.items) - 1, -1, -1):
            if self.items[index][0] not in kept:
                self._test(index)
                self._do("remove", index)
                del self.items[index]

    def move_into_order(self, goal: list[Identity]) -> None:
        """Moves as few items as possible, each behind the one it shall follow."""
        order = {identity: position for position, identity in enumerate(goal)}
        staying = _longest_increasing([order[identity] for identity in self.identities()])
        present = sorted(order[identity] for identity in self.identities())
        for before, position in zip([-1, *present], present, strict=False):
            if position in staying:
                continue
            now = self.identities()
            start = now.index(goal[position])
            after = now.index(goal[before]) + 1 if before >= 0 else 0
            end = after - 1 if start < after else after
            self._test(start)
            self._do("move", end, {"from": pointer((*self.route, start))})
            self.items.insert(end, self.items.pop(start))

    def add_missing(self, goal: list[Identity], wanted: list[Any]) -> None:
        """Inserts new items before the ones they shall precede, or at the end."""
        for index, (identity, item) in enumerate(zip(goal, wanted, strict=True)):
            if index == len(self.items):
                self._do("add", "-", {"value": item})
            elif self.items[index][0] != identity:
                self._test(index)
                self._do("add", index, {"value": item})
            else:
                continue
            self.items.insert(index, (identity, item))

    def modify(self, wanted: list[Any]) -> None:
        """Changes the items that differ in place, known by the names they still have."""
        for index, (((key, name, _), item), to) in enumerate(zip(self.items, wanted, strict=True)):
            if same_json(item, to):
                continue
            whole = [{"op": "replace", "path": pointer((*self.route, index)), "value": to}]
            parts = whole if key is None else self.compare(item, to, (*self.route, index))
            renamed = key is None or to.get(key) != name
            self._test(index)
            self.operations += whole if renamed and len(str(whole)) < len(str(parts)) else parts

    def _test(self, index: int) -> None:
        key, value, _ = self.items[index][0]
        self._do("test", index, {"value": value}, *([] if key is None else [key]))

    def _do(self, name: str, step: str | int, more: Operation | None = None, *below: str) -> None:
        self.operations.append({"op": name, "path": pointer((*self.route, step, *below)), **(more or {})})


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


def _identities(items: list[Any], naming: tuple[str, ...]) -> list[Identity]:
    seen: dict[tuple[str | None, Any], int] = {}
    identities = []
    for item in items:
        key = next((key for key in naming if _is_scalar(item.get(key))), None)
        name = (key, item if key is None else item[key])
        seen[name] = seen.get(name, -1) + 1
        identities.append((*name, seen[name]))
    return identities


def _renamed(present: list[Identity], goal: list[Identity]) -> list[Identity]:
    """`goal` with new items taken for those that vanish between the same neighbours: they are changed in place."""
    old, new = set(present), set(goal)
    fixed = [identity for identity in goal if identity in old]
    positions = {identity: index for index, identity in enumerate(fixed)}
    anchors = _longest_increasing([positions[identity] for identity in present if identity in new])
    staying = {fixed[position] for position in anchors}
    before = _gaps(present, staying, new)
    after = _gaps(goal, staying, old)
    alias = {
        added: gone
        for gap, gone_items in before.items()
        for added, gone in zip(after.get(gap, ()), gone_items, strict=False)
    }
    return [alias.get(identity, identity) for identity in goal]


def _gaps(
    identities: list[Identity], staying: set[Identity], known: set[Identity]
) -> dict[Identity | None, list[Identity]]:
    """The identities that are not `known`, by the last staying one before them."""
    gaps: dict[Identity | None, list[Identity]] = {}
    last: Identity | None = None
    for identity in identities:
        if identity in staying:
            last = identity
        elif identity not in known:
            gaps.setdefault(last, []).append(identity)
    return gaps


def _longest_increasing(numbers: Sequence[int]) -> set[int]:
    """One longest increasing subsequence of distinct numbers, as a set."""
    tails: list[int] = []
    best: dict[int, int | None] = {}
    for number in numbers:
        position = bisect_left(tails, number)
        best[number] = tails[position - 1] if position else None
        tails[position : position + 1] = [number]
    chain: set[int] = set()
    number_or_end = tails[-1] if tails else None
    while number_or_end is not None:
        chain.add(number_or_end)
        number_or_end = best[number_or_end]
    return chain
