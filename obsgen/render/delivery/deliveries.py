"""What is brought where: each destination with its folders, and what Argo CD must know of the objects in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from obsgen.profile.destinations import ApplicationSet, ArgoCD, Cluster
from obsgen.render.argocd.chart_applications import Chart, chart_of
from obsgen.render.argocd.sync import defaulted
from obsgen.render.delivery.layout import Layout, every
from obsgen.render.manifest import Identity, Same
from obsgen.render.objects import Rendered
from obsgen.source import Route

Scoped = tuple[str, str, bool]
"""API group, kind, whether it is namespaced."""


@dataclass(frozen=True)
class Inventory:
    """What some objects need: their namespaces, their kinds, and the namespace that most of them are in."""

    identities: frozenset[Identity]
    namespaces: frozenset[str]
    kinds: frozenset[Scoped]
    defaulted: frozenset[int]
    main: str


@dataclass(frozen=True)
class Delivery:
    """An environment's tree on one cluster.

    `folders` are paths below the tree, by share (a part or a component); under '' stands the folder of them all.
    """

    stack: str
    environment: str
    name: str | None
    cluster: Cluster
    argocd: ArgoCD | None
    folders: Mapping[str, str]
    inventories: Mapping[str, Inventory]
    monitoring: str
    object_labels: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
    chart: Chart | None = None
    route: Route = ()

    @property
    def label(self) -> str:
        """What it is called in messages."""
        return label(self.environment, self.name)

    @property
    def application_set(self) -> ApplicationSet | None:
        """The set that its Applications come from, if they come from one."""
        return self.argocd.application_set if self.argocd and self.name else None

    @property
    def tree(self) -> str:
        """The tree's folder in the repository."""
        return self.argocd.folder(self.stack) if self.argocd else f"out/{self.stack}"

    @property
    def everything(self) -> Inventory:
        """Of all its objects."""
        return self.inventories[""]


def label(environment: str, cluster: str | None) -> str:
    """What a destination is called in messages."""
    return f"{environment}/{cluster}" if cluster else environment


def delivery(rendered: Rendered, layout: Layout, folders: Mapping[str, str], name: str | None = None) -> Delivery:
    """What is brought to the cluster of a stack."""
    settings = rendered.stack.settings
    shares = {folder: _inventory(Same(tuple(layout.objects(rendered, folder)))) for folder in layout.folders(rendered)}
    return Delivery(
        stack=rendered.stack.name,
        environment=str(rendered.stack.environment),
        name=name,
        cluster=Cluster.model_construct(**vars(settings.cluster)),
        argocd=settings.argocd,
        folders=folders,
        inventories={"": _inventory(Same(every(rendered))), **shares},
        monitoring=rendered.stack.namespaces["monitoring"],
        object_labels=settings.labels,
        chart=chart_of(settings, rendered.stack.namespaces),
    )


def environment_folders(rendered: Rendered, layout: Layout) -> dict[str, str]:
    """The folders of an environment."""
    top = f"overlays/{rendered.stack.environment}"
    return {"": top, **{folder: f"{top}/{folder}" for folder in layout.folders(rendered)}}


def environment_deliveries(environments: Mapping[str, Rendered], layout: Layout) -> list[Delivery]:
    """The environments that have no clusters of their own."""
    alone = (each for each in environments.values() if each.stack.is_destination)
    found = (delivery(each, layout, environment_folders(each, layout)) for each in alone)
    return [replace(each, route=("environments", each.environment)) for each in found]


@lru_cache(maxsize=128)
def _inventory(objects: Same) -> Inventory:
    namespaces = [namespace for each in objects.objects if (namespace := each.namespace)]
    kinds = frozenset((each.identity[0], each.identity[1], bool(each.namespace)) for each in objects.objects)
    main = max(sorted(set(namespaces)), key=namespaces.count) if namespaces else ""
    identities = frozenset(each.identity for each in objects.objects)
    return _one(Inventory(identities, frozenset(namespaces), kinds, defaulted(objects.objects), main))


@lru_cache(maxsize=1024)
def _one(inventory: Inventory) -> Inventory:
    """The same inventory for all clusters that have an equal one."""
    return inventory
