"""A unit on both sides, and which of its objects belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from obsgen.diff.model import Key
from obsgen.diff.parts.leaves import Leaf, leaves
from obsgen.diff.trees import State
from obsgen.repository.objects import KubeObject, Located


class Both(NamedTuple):
    """An object on both sides; None where it is not there."""

    key: Key
    old: KubeObject | None
    new: KubeObject | None

    def values(self) -> tuple[Any, Any]:
        """Its plain values, None where it is not there."""
        return (self.old.value if self.old else None), (self.new.value if self.new else None)


class Document(NamedTuple):
    """A file without objects on both sides."""

    path: str
    old: Located | None
    new: Located | None


@dataclass(frozen=True, eq=False)
class Pair:
    """A unit before and after. Keys are those of the new side, of what is gone those of the old."""

    old: State
    new: State

    @cached_property
    def moved(self) -> Mapping[Key, Key]:
        """Objects that have another name or namespace now, by what they were."""
        gone = [each for each in self.old.objects if each not in self.new.objects]
        come = [each for each in self.new.objects if each not in self.old.objects]
        return dict(_moves(self.old.objects, self.new.objects, gone, come))

    @cached_property
    def changed(self) -> list[Both]:
        """The objects that are not the same on both sides."""
        return [each for each in self._both() if each.values()[0] != each.values()[1]]

    @cached_property
    def documents(self) -> list[Document]:
        """The files without objects that are not the same on both sides."""
        names = dict.fromkeys((*self.old.documents, *self.new.documents))
        found = (Document(each, self.old.documents.get(each), self.new.documents.get(each)) for each in names)
        return [each for each in found if (each.old and each.old.value) != (each.new and each.new.value)]

    def of_kind(self, *kinds: tuple[str, str]) -> list[Both]:
        """The changed objects of some API groups and kinds."""
        return [each for each in self.changed if (each.key.group, each.key.kind) in kinds]

    def _both(self) -> Iterator[Both]:
        for key, old in self.old.objects.items():
            now = self.moved.get(key, key)
            yield Both(now, old, self.new.objects.get(now))
        known = {self.moved.get(key, key) for key in self.old.objects}
        yield from (Both(key, None, new) for key, new in self.new.objects.items() if key not in known)


def object_leaves(both: Both) -> list[Leaf]:
    """Where an object that is there on both sides differs, its name and namespace aside."""
    old, new = both.values()
    return [each for each in leaves(old, new) if each.route not in (("metadata", "name"), ("metadata", "namespace"))]


def _moves(
    old: Mapping[Key, KubeObject], new: Mapping[Key, KubeObject], gone: Iterable[Key], come: Iterable[Key]
) -> Iterator[tuple[Key, Key]]:
    """The same name in another namespace; else another name with the same content."""
    left = list(come)
    rest = []
    for key in gone:
        there = [each for each in left if (each.group, each.kind, each.name) == (key.group, key.kind, key.name)]
        if len(there) == 1:
            left.remove(there[0])
            yield key, there[0]
        else:
            rest.append(key)
    for key in rest:
        content = _content(old[key])
        there = [each for each in left if each[:2] == key[:2] and content == _content(new[each])]
        if len(there) == 1:
            left.remove(there[0])
            yield key, there[0]


def _content(object_: KubeObject) -> dict[str, Any]:
    """What an object says, its metadata aside; a Namespace says nothing, and is never taken for another one."""
    found = {key: value for key, value in object_.value.items() if key not in ("apiVersion", "kind", "metadata")}
    return found or {"name": object_.name}
