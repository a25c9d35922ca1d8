"""The objects of a build, found by identity or by a patch's target without walking all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from obsgen.findings import Place
from obsgen.hints import did_you_mean
from obsgen.kustomize.identity import ObjectId, object_id
from obsgen.kustomize.nodes import Node
from obsgen.kustomize.target import Target
from obsgen.source import Route


@dataclass(eq=False, slots=True)
class Built:
    """One object of a build, the identities it had before it was renamed or moved, and whether its name gets a hash."""

    node: Node
    former_ids: list[ObjectId] = field(default_factory=list)
    hashed: bool = False
    shared: bool = False
    """Whether other builds have the same node."""
    _known: tuple[Node, ObjectId] | None = field(default=None, repr=False)

    @property
    def object(self) -> dict[str, Any]:
        """The plain object. It may share parts with other objects: never change it in place."""
        return dict(self.node.value)

    @property
    def head(self) -> dict[str, Any]:
        """What tells which object it is: apiVersion, kind and metadata."""
        return head(self.node)

    @property
    def id(self) -> ObjectId:
        """The object's identity as it is now."""
        if self._known is None or self._known[0] is not self.node:  # what changes an identity makes a node of its own
            self._known = self.node, object_id(self.head)
        return self._known[1]

    @property
    def first_id(self) -> ObjectId:
        """The identity it was loaded with."""
        return self.former_ids[0] if self.former_ids else self.id

    def own(self) -> Node:
        """The node, to be changed in place: one that other builds have is copied first."""
        if self.shared:
            self.node, self.shared = self.node.copy(), False
        return self.node

    def lent(self) -> Built:
        """The same object for another build."""
        return Built(self.node, list(self.former_ids), self.hashed, shared=True, _known=self._known)

    def origin_place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where the value at `route` was written last: in a manifest, a patch or a generator's file."""
        return self.node.origin_place(route, key=key)


def head(node: Node) -> dict[str, Any]:
    """The fields of an object that tell which one it is."""
    return {key: part.value for key in ("apiVersion", "kind", "metadata") if (part := node.get(key))}


class Objects:
    """An ordered collection of built objects, indexed by present and former names."""

    def __init__(self) -> None:
        self._all: dict[Built, None] = {}
        self._by_name: dict[str, dict[Built, None]] = {}

    def __iter__(self) -> Iterator[Built]:
        return iter(list(self._all))

    def add(self, built: Built) -> Built | None:
        """Adds an object; if its identity is taken, the present holder is returned and nothing added."""
        identity = built.id
        for other in self.named(identity.name):
            if other.id == identity:
                return other
        self._all[built] = None
        self._index(built)
        return None

    def change(self, built: Built, to: Node, *, remember: bool) -> None:
        """Gives an object other content; with `remember` it still answers to the identity it had."""
        built.former_ids += [built.id] if remember else []
        built.node, built.shared = to, False
        self._index(built)

    def remove(self, built: Built) -> None:
        """Takes an object out."""
        del self._all[built]

    def find(self, identity: ObjectId) -> list[Built]:
        """The objects that have, or once had, this identity."""
        return [built for built in self.named(identity.name) if identity in (built.id, *built.former_ids)]

    def named(self, name: str) -> list[Built]:
        """The objects that have, or once had, this name."""
        return [built for built in self._by_name.get(name, ()) if built in self._all]

    def select(self, target: Target) -> list[Built]:
        """The objects that a patch's target means."""
        candidates = self.named(target.literal_name) if target.literal_name else self
        return [built for built in candidates if target.matches(built.head, built.first_id)]

    def collisions(self) -> Iterator[tuple[Built, Built]]:
        """Pairs of objects that changes have given one identity, the earlier first."""
        seen: dict[ObjectId, Built] = {}
        for built in self:
            first = seen.setdefault(built.id, built)
            if first is not built:
                yield first, built

    def near(self, identity: ObjectId) -> str:
        """A hint for an identity that no object has: the same name elsewhere, or a similar one."""
        for built in self.named(identity.name):
            if built.id.kind == identity.kind:
                return f"there is {built.id}"
        return did_you_mean(identity.name, (built.id.name for built in self if built.id.kind == identity.kind))

    def _index(self, built: Built) -> None:
        for identity in (*built.former_ids, built.id):
            self._by_name.setdefault(identity.name, {})[built] = None
