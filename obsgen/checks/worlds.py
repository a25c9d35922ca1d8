"""Which objects are applied together, and which facts hold for them: an environment of a tree, or everything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsgen.checks.builds import BuiltTree
from obsgen.checks.objects import KubeObject
from obsgen.facts import Facts, tree_facts

OVERLAYS = "overlays"
"""The folder of a rendered tree that has one for each environment, and in it one for each cluster."""


@dataclass(frozen=True, eq=False)
class World:
    """Objects that are applied together, and what is known besides. `name` is for people; empty for everything else.

    `tree` is the rendered tree that it is an environment of, if it is one.
    """

    name: str
    facts: Facts
    objects: tuple[KubeObject, ...]
    tree: Path | None = None


Versions = Mapping[str, Sequence[str]]
"""Versions of components that are taken to run, whatever the facts of trees say."""


def worlds(builds: Iterable[BuiltTree], others: Iterable[KubeObject], given: Facts, versions: Versions) -> list[World]:
    """The worlds of a repository: one for each overlay of a rendered tree that is built, and one for all the rest.

    `others` are objects that no kustomization builds; those of a tree, without an overlay, are among the rest with the
    facts of all the tree's environments.
    """
    found, rest, facts = [], list(others), given
    for build in builds:
        world = _of_tree(build, given, versions)
        if world:
            found.append(world)
        else:
            rest += build.objects
    for object_ in rest:
        carried = tree_facts(Path(object_.located.file))
        facts = facts.plus(carried[1].anywhere()).at(versions) if carried else facts
    return [*found, *([World("", facts, tuple(rest))] if rest or not found else [])]


def _of_tree(build: BuiltTree, given: Facts, versions: Versions) -> World | None:
    carried = tree_facts(build.kustomization.path)
    if carried is None:
        return None
    root, facts = carried
    match build.kustomization.folder.relative_to(root).parts:
        case (first, environment) if first == OVERLAYS:
            label, found = environment, facts.of(environment)
        case (first, environment, cluster) if first == OVERLAYS:
            label, found = f"{environment}/{cluster}", facts.of(environment, cluster)
        case _:
            return None
    return World(f"{root.name} {label}", given.plus(found).at(versions), build.objects, root)
