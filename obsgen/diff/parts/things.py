"""Objects and files that differ, each with where it stands: what most comparisons look at, and how they tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.overall.derived import is_derived
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.leaves import MISSING, Leaf, leaves
from obsgen.diff.trees import Tree
from obsgen.findings import InputError, Place
from obsgen.repository.objects import KubeObject, Located
from obsgen.source import Route, load_text

_IDENTITY = (("metadata", "name"), ("metadata", "namespace"))
_OF_PARTS = frozenset(("annotations", "labels", "limits", "requests", "resources", "syncPolicy"))


@dataclass(frozen=True, eq=False)
class Thing:
    """An object, or a file without objects, on both sides; None where it is not there."""

    pair: Pair
    owner: Key | str
    old: Located | None
    new: Located | None

    @property
    def kind(self) -> str:
        """The object's kind; empty for a file."""
        return self.owner.kind if isinstance(self.owner, Key) else ""

    @property
    def group(self) -> str:
        """The object's API group; empty for a file."""
        return self.owner.group if isinstance(self.owner, Key) else ""

    @cached_property
    def leaves(self) -> list[Leaf]:
        """Where it differs, if it is there on both sides; an object's name and namespace aside.

        Parts of YAML files in a ConfigMap are told one by one, by routes that go on behind the file's key.
        """
        if self.old is None or self.new is None:
            return []
        found = leaves(self.old.value, self.new.value)
        own = (each for each in found if each.route not in _IDENTITY or not isinstance(self.owner, Key))
        parts = (part for each in own for part in (_inside(each) if self.kind == "ConfigMap" else _opened(each)))
        return list(parts)

    def values(self, *route: str | int) -> tuple[Any, Any]:
        """What stands at a route before and after, None where nothing does."""
        old, new = (each.at(*route).value if each else None for each in (self.old, self.new))
        return old, new

    def change(
        self,
        id_: str,
        sign: str,
        what: str,
        risk: Risk,
        *routes: Route,
        subject: str = "",
        details: tuple[str, ...] = (),
    ) -> Change:
        """What is told of it, and the parts that this explains: the whole if there is none."""
        spots = tuple(Spot(self.owner, each) for each in routes or ((),))
        old, new = self.places(spots[0].route)
        return Change(id_, sign, subject or str(self.owner), what, risk, details, spots, old, new)

    def places(self, route: Route = ()) -> tuple[Place | None, Place | None]:
        """Where a part stood, and where it stands now."""
        return _place(self.pair.old.tree, self.old, route), _place(self.pair.new.tree, self.new, route)


@lru_cache(maxsize=1)
def things(pair: Pair) -> tuple[Thing, ...]:
    """The objects and files that are not the same on both sides, but for those that follow from the others.

    Every comparison of a pair asks for them.
    """
    objects = (Thing(pair, each.key, _located(each.old), _located(each.new)) for each in pair.changed)
    files = (
        each for each in pair.documents if not any(is_derived(side.tree, each.path) for side in (pair.old, pair.new))
    )
    return (*objects, *(Thing(pair, each.path, each.old, each.new) for each in files))


def _located(object_: KubeObject | None) -> Located | None:
    return object_.located if object_ else None


def _place(tree: Tree, part: Located | None, route: Route) -> Place | None:
    return tree.place(part.place(route)) if part else None


def _opened(leaf: Leaf) -> list[Leaf]:
    """A mapping that is new, or gone, key by key where each key means something of its own."""
    old, new = ({} if each is MISSING else each for each in (leaf.old, leaf.new))
    if not leaf.route or leaf.route[-1] not in _OF_PARTS or not (isinstance(old, dict) and isinstance(new, dict)):
        return [leaf]
    found = [part for each in leaves(old, new, leaf.route) for part in _opened(each)]
    return found or [leaf]


def _inside(leaf: Leaf) -> list[Leaf]:
    old, new = (_document(each) if leaf.route[:1] == ("data",) else None for each in (leaf.old, leaf.new))
    both = isinstance(old, dict) and isinstance(new, dict)
    return list(leaves(old, new, leaf.route)) if both else [leaf]


def _document(text: Any) -> Any:
    """What a file of YAML says; None if it is none, or JSON, which is a dashboard."""
    if not isinstance(text, str) or text.lstrip()[:1] == "{":
        return None
    try:
        return load_text(text, "inside")[0].value
    except (InputError, IndexError):
        return None


def plain(value: Any) -> Any:
    """A leaf's value, None where there is none."""
    return None if value is MISSING else value
