"""Which objects are applied together, and which facts hold for them: an environment of a tree, or everything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from obsgen.components.catalogue import Catalogue
from obsgen.facts import Facts, tree_facts
from obsgen.repository.builds import BuiltTree
from obsgen.repository.imageversions import with_versions
from obsgen.repository.objects import KubeObject

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


def worlds(
    builds: Iterable[BuiltTree],
    others: Iterable[KubeObject],
    given: Facts,
    versions: Versions,
    catalogue: Catalogue,
) -> list[World]:
    """The worlds of a repository: one for each build of a rendered tree, and one for all the rest.

    `others` are objects that no kustomization builds; those of a tree are a world of their own. What is of no
    environment, such as a tree's base, has the facts of all of the tree's environments. Versions that the objects show
    are among the facts of each world.
    """
    found, rest = [], list[KubeObject]()
    for build in builds:
        world = _of_tree(build, given, versions)
        found += [world] if world else []
        rest += [] if world else build.objects
    loose: dict[Path | None, list[KubeObject]] = {None: rest}
    for object_ in others:
        carried = tree_facts(Path(object_.located.file))
        loose.setdefault(carried[0] if carried else None, []).append(object_)
    for root, objects in loose.items():
        if root is not None:
            found.append(World(root.name, _anywhere(root, given, versions), tuple(objects), root))
    found += [World("", given, tuple(rest))] if rest or not found else []
    return [replace(each, facts=with_versions(each.facts, each.objects, catalogue, versions)) for each in found]


def _anywhere(root: Path, given: Facts, versions: Versions) -> Facts:
    carried = tree_facts(root / "any")
    return given.plus(carried[1].anywhere()).at(versions) if carried else given


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
        case parts:
            label, found = "/".join(parts), facts.anywhere()
    return World(f"{root.name} {label}".strip(), given.plus(found).at(versions), build.objects, root)
