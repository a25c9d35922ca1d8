"""One environment of two trees, or two environments of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from obsgen.diff.model import Unit
from obsgen.diff.trees import State, Tree


@dataclass(frozen=True, eq=False)
class Part(Tree):
    """A side of which some units alone are looked at, perhaps under other names."""

    chosen: Mapping[Unit, State] = field(default_factory=dict)

    @cached_property
    def states(self) -> dict[Unit, State]:
        """What is applied, by unit."""
        return dict(self.chosen)


def only(old: Tree, new: Tree, environment: str) -> tuple[Tree, Tree]:
    """TODO."""
    return old, new


def between(tree: Tree, one: str, other: str) -> tuple[Tree, Tree]:
    """TODO."""
    return tree, tree
