"""The objects of a build, found by identity or by a patch's target without walking all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from obsgen.findings import Place
from obsgen.hints import did_you_mean
from obsgen.kustomize.identity import ObjectId, object_id
from obsgen.kustomize.target import Target
from obsgen.kustomize.trace import Trace, Traced
from obsgen.source import Route


@dataclass(frozen=True, slots=True)
class Built:
    """One object of a build. `object` may share parts with other objects: never change it in place."""

    object: dict[str, Any]
    trace: Trace
    former_ids: tuple[ObjectId, ...] = ()
    hashed: bool = False

    @property
    def id(self) -> ObjectId:
        """The object's identity as it is now."""
        return object_id(self.object)

    @property
    def first_id(self) -> ObjectId:
        """The identity it was loaded with."""
        return self.former_ids[0] if self.former_ids else self.id

    @property
    def traced(self) -> Traced:
        """The object with its origins."""
        return Traced(self.object, self.trace)

    def origin_place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where the value at `route` was written last: in a manifest, a patch or a generator's file."""
        return self.trace.find(route).place(key=key)

    def changed(self, to: Traced, *, remember: bool = False) -> Built:
        """The object with other content; `remember` keeps its identity among the former ones."""
        former = (*self.former_ids, self.id) if remember else self.former_ids
        return replace(self, object=to.value, trace=to.trace, former_ids=former)


class Objects:
    """An ordered collection of built objects, indexed by present and former identity."""

    def __init__(self) -> None:
        self._items: dict[int, Built] = {}
        self._slots: dict[ObjectId | str, dict[int, None]] = {}
        self._added = 0

    def __iter__(self) -> Iterator[Built]:
        return iter(self._items.values())

    def __getitem__(self, slot: int) -> Built:
        return self._items[slot]

    def slots(self) -> list[int]:
        """The handles of all objects, in the order in which they were added."""
        return list(self._items)

    def add(self, built: Built) -> Built | None:
        """Adds an object; if its identity is taken, the present holder is returned and nothing added."""
        identity = built.id
        for slot in self.find(identity):
            if self._items[slot].id == identity:
                return self._items[slot]
        self._added += 1
        self.put(self._added, built)
        return None

    def put(self, slot: int, built: Built) -> None:
        """Puts another version of an object in its place."""
        self._items[slot] = built
        for identity in (*built.former_ids, built.id):
            for entry in (identity, identity.name):
                self._slots.setdefault(entry, {})[slot] = None

    def remove(self, slot: int) -> None:
        """Takes an object out."""
        del self._items[slot]

    def find(self, identity: ObjectId) -> list[int]:
        """The handles of the objects that have, or once had, this identity."""
        return self._alive(self._slots.get(identity, ()))

    def named(self, name: str) -> list[int]:
        """The handles of the objects that have, or once had, this name."""
        return self._alive(self._slots.get(name, ()))

    def select(self, target: Target) -> list[int]:
        """The handles of the objects that a patch's target means."""
        slots = self.named(target.literal_name) if target.literal_name else self.slots()
        return [slot for slot in slots if target.matches(self._items[slot].object, self._items[slot].first_id)]

    def collisions(self) -> list[tuple[Built, Built]]:
        """Pairs of objects that changes have given one identity, the earlier first."""
        seen: dict[ObjectId, Built] = {}
        return [(seen[built.id], built) for built in self if seen.setdefault(built.id, built) is not built]

    def near(self, identity: ObjectId) -> str:
        """A hint for an identity that no object has: the same name elsewhere, or a similar one."""
        for slot in self.named(identity.name):
            other = self._items[slot].id
            if other.kind == identity.kind:
                return f"there is {other}"
        return did_you_mean(identity.name, (built.id.name for built in self if built.id.kind == identity.kind))

    def _alive(self, slots: Iterable[int]) -> list[int]:
        return [slot for slot in slots if slot in self._items]
