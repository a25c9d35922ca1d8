"""What is applied together: each build of a kustomization, and what no kustomization builds.

Something that is missing is looked for in the same scope first, then everywhere; a conflict is one within a scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath

from obsgen.facts import Facts, tree_facts
from obsgen.repository.builds import BuiltTree
from obsgen.repository.objects import KubeObject
from obsgen.repository.worlds import World

Kind = tuple[str, str]
"""API group and kind."""


@dataclass(frozen=True, eq=False)
class Scope:
    """Objects that are applied together. `folder` is the kustomization's; `tree` the rendered tree that it is of."""

    objects: tuple[KubeObject, ...]
    facts: Facts
    folder: Path | None = None
    tree: Path | None = None

    @cached_property
    def kinds(self) -> dict[Kind, list[KubeObject]]:
        """The objects by API group and kind."""
        found: dict[Kind, list[KubeObject]] = {}
        for each in self.objects:
            found.setdefault((each.group, each.kind), []).append(each)
        return found

    def of(self, group: str, kind: str) -> list[KubeObject]:
        """The objects of a kind."""
        return self.kinds.get((group, kind), [])


@dataclass(frozen=True, eq=False)
class Scopes:
    """All scopes of a repository."""

    all: tuple[Scope, ...]

    def around(self, scope: Scope) -> list[Scope]:
        """Where to look for what an object of a scope needs: there, then everywhere that is not another tree."""
        return [scope, *(each for each in self.all if each is not scope and not (scope.tree or each.tree))]

    def near(self, scope: Scope, group: str, kind: str) -> list[KubeObject]:
        """The objects of a kind in the first place that has any."""
        return next((found for each in self.around(scope) if (found := each.of(group, kind))), [])

    def anywhere(self, scope: Scope, group: str, kind: str) -> list[KubeObject]:
        """All objects of a kind that may stand beside those of a scope."""
        return [found for each in self.around(scope) for found in each.of(group, kind)]


def scopes(builds: Iterable[BuiltTree], others: Iterable[KubeObject], worlds: Iterable[World]) -> Scopes:
    """The scopes of a repository: `others` are objects that no kustomization builds."""
    worlds = list(worlds)
    general = next((one.facts for one in worlds if one.tree is None), Facts())
    built = [_of_build(one, worlds, general) for one in builds]
    return Scopes((*built, *(Scope(tuple(each), general) for each in _apart(list(others)))))


def _of_build(build: BuiltTree, worlds: list[World], general: Facts) -> Scope:
    folder = build.kustomization.folder
    carried = tree_facts(build.kustomization.path)
    if carried is None:
        return Scope(build.objects, general, folder)
    facts = next((one.facts for one in worlds if one.objects is build.objects), general)
    return Scope(build.objects, facts, folder, carried[0])


def _apart(objects: list[KubeObject]) -> Iterator[list[KubeObject]]:
    """Objects of files: all together, or by folder where one is there twice: then folders are alternatives."""
    folders: dict[str, list[KubeObject]] = {}
    homes: dict[tuple[str, ...], set[str]] = {}
    for each in objects:
        folder = str(PurePath(each.located.file).parent)
        folders.setdefault(folder, []).append(each)
        homes.setdefault((each.group, each.kind, each.namespace, each.name), set()).add(folder)
    if any(len(found) > 1 for identity, found in homes.items() if identity[3]):
        yield from folders.values()
    elif objects:
        yield objects
