"""Which Applications bring what a unit gets, and what becomes of objects that are no longer among the files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from obsgen.diff.model import Key, Unit
from obsgen.diff.trees import ARGOCD, State, Tree, key_of
from obsgen.repository.argocd.applications import GROUP, Deployed
from obsgen.repository.objects import KubeObject

_ENVIRONMENT = "obsgen.dev/environment"
_OPTIONS = "argocd.argoproj.io/sync-options"
_OVERLAYS = "overlays"
_SPECS = {"Application": ("spec",), "ApplicationSet": ("spec", "template", "spec")}


@dataclass(frozen=True)
class Bringing:
    """What Applications say of pruning in a unit: whether there are some, and whether they prune by themselves."""

    is_argocd: bool
    prunes: bool


def bringing(state: State) -> Bringing:
    """What becomes of the objects that a unit no longer has."""
    specs = [each.application.spec for each in _deployed(state.tree).get(state.unit, ())]
    specs = specs or [each.located.at(*_SPECS[each.kind]) for each in _labelled(state)]
    return Bringing(bool(specs), any(each.at("syncPolicy", "automated", "prune").value is True for each in specs))


def brought(state: State) -> frozenset[Key]:
    """All that Applications bring to the clusters that a unit's Applications go to."""
    mine = {_place(each) for each in _deployed(state.tree).get(state.unit, ())}
    every = (each for found in _deployed(state.tree).values() for each in found if _place(each) in mine)
    return frozenset(key_of(object_) for each in every for object_ in each.objects or ())


def outlives(state: State) -> bool:
    """Whether what a unit has stays in its cluster though its Applications are gone, as these say."""
    objects = [each.application.object for each in _deployed(state.tree).get(state.unit, ())] or _labelled(state)
    return bool(objects) and not any(map(cascades, objects))


def cascades(application: KubeObject) -> bool:
    """Whether all that an Application, or those of an ApplicationSet, brought is deleted with it."""
    if application.kind == "ApplicationSet":
        return application.located.at("spec", "syncPolicy", "preserveResourcesOnDeletion").value is not True
    finalizers = application.located.at("metadata", "finalizers").items()
    return any("resources-finalizer" in str(each.value) for each in finalizers)


def is_deleted(object_: KubeObject, state: State) -> bool:
    """Whether an object that a unit no longer has is deleted, too; so it is taken to be where nobody knows."""
    how = bringing(state)
    return not how.is_argocd or (how.prunes and not stays(object_))


def clusters_of(application: Key, tree: Tree) -> frozenset[Unit]:
    """The clusters of fleets that an Application deploys; none if it deploys anything else, too."""
    found = _units_of(tree).get(application, frozenset())
    return found if all(each.cluster for each in found) else frozenset()


@lru_cache(maxsize=4)
def _units_of(tree: Tree) -> dict[Key, frozenset[Unit]]:
    found: dict[Key, set[Unit]] = {}
    for unit, deployed in _deployed(tree).items():
        for each in deployed:
            found.setdefault(key_of(each.application.object), set()).add(unit)
    return {key: frozenset(units) for key, units in found.items()}


def stays(object_: KubeObject) -> bool:
    """Whether an object asks never to be pruned."""
    options = object_.located.at("metadata", "annotations", _OPTIONS).value
    return any(each.strip() == "Prune=false" for each in str(options or "").split(","))


def _place(each: Deployed) -> tuple[str, str]:
    return each.application.destination("server"), each.application.destination("name")


@lru_cache(maxsize=4)
def _deployed(tree: Tree) -> dict[Unit, list[Deployed]]:
    found: dict[Unit, list[Deployed]] = {}
    for each in tree.repository.deployed:
        unit = _unit(tree, each.folder)
        if unit:
            found.setdefault(unit, []).append(each)
    return found


def _unit(tree: Tree, folder: Path) -> Unit | None:
    """The unit that a folder is, or is a part of."""
    parts = Path(tree.path(folder)).parts
    if _OVERLAYS in parts[1:]:
        at = parts.index(_OVERLAYS)
        named = Unit(parts[at - 1], *parts[at + 1 : at + 3])
        return named if named in tree.states else Unit(*named[:2])
    return Unit(tree.path(folder))


def _labelled(state: State) -> list[KubeObject]:
    """The Applications of a stack that say that they are for an environment, where their paths do not tell."""
    there = state.tree.states.get(Unit(state.unit.stack, ARGOCD))
    return [
        each
        for each in (there.objects.values() if there else ())
        if each.group == GROUP
        and each.kind in _SPECS
        and each.located.at("metadata", "labels", _ENVIRONMENT).value == state.unit.environment
    ]
