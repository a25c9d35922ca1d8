"""What was worked out of values, kept as long as the tree that it is of: clusters share what no patch has touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from obsgen.diff.trees import Tree

T = TypeVar("T")


class Memory(Generic[T]):
    """Results by the identity of values, which are kept as well: an identity is one's own only as long as it lives."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Tree, dict[int, tuple[Any, T]]] = WeakKeyDictionary()

    def of(self, tree: Tree, value: Any, work: Callable[[], T]) -> T:
        """What was worked out of a value; worked out now where it was not before."""
        known = self._known.setdefault(tree, {})
        if id(value) not in known:
            known[id(value)] = (value, work())
        return known[id(value)][1]
