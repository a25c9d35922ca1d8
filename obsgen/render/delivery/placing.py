"""What is left of clusters once they are rendered, by all cores, put together in the order of the profile.

It is light, as it may come from another process: whole stacks stay where they were resolved.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar, cast

from obsgen.conventions import header
from obsgen.cores import FEW, Progress, spread
from obsgen.findings import Faults, InputError
from obsgen.profile.load import Destination
from obsgen.render.alerting.cluster_routes import ClusterRoutes, Unusual, Usual
from obsgen.render.delivery.deliveries import Delivery, delivery
from obsgen.render.delivery.fleet import Fleet
from obsgen.render.delivery.kustomize import Files, overlay_files
from obsgen.render.delivery.layout import Layout
from obsgen.render.delivery.telling import Different, Known, Teller
from obsgen.render.grafana.dashboards import Board
from obsgen.render.objects import Rendered
from obsgen.tree.serialise import yaml_bytes

T = TypeVar("T")

_BETWEEN = 50
"""Sorts of clusters after which what is left of them is collected: the command line switches collection off."""


@dataclass
class Clusters:
    """What is kept of all clusters: their files, where they are, and some to be told of by name."""

    files: Files = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    told: dict[str, Rendered] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Placed:
    """What is left of a cluster."""

    files: Files
    delivery: Delivery
    unusual: Unusual | None


@dataclass(slots=True)
class _Group:
    """What is left of clusters with the same values, what sets the first of them apart, and what is wrong.

    A problem is of objects that cannot be written down: behind it there is nothing.
    """

    placed: list[_Placed] = field(default_factory=list)
    first: Different | None = None
    faults: Faults = field(default_factory=Faults)
    problem: InputError | None = None


def place_clusters(
    fleet: Fleet,
    environments: Mapping[str, Rendered],
    boards: Sequence[Board],
    layout: Layout,
    progress: Progress = lambda _: None,
) -> Clusters:
    """The overlays of all clusters, each on that of its environment."""
    found, same = Clusters(), _Same()
    teller, routes = Teller(environments), ClusterRoutes()
    with _by_all_cores(fleet, partial(_Placer, fleet, environments, boards, layout)) as groups:
        for group, made in _counted(fleet, groups, progress):
            fleet.faults.findings += made.faults.findings
            if made.problem:
                raise made.problem
            for each in made.placed:
                found.files |= {path: same(data) for path, data in each.files.items()}
                found.deliveries.append(_sharing(each.delivery, same))
                if each.unusual:
                    routes.hear(each.delivery.environment, str(each.delivery.name), each.unusual)
            if made.first:
                name = f"{group[0].environment}/{group[0].entry.name}"
                teller.hear(name, made.first, len(group), partial(fleet.alone, group[0], boards))
    found.files |= routes.files()
    return replace(found, told=teller.told)


@contextmanager
def _by_all_cores(fleet: Fleet, make: Callable[[], _Placer]) -> Iterator[Iterator[_Group]]:
    """What is left of each group, in their order. Other processes do not outlive the block, whatever ends it."""
    groups = spread(make, range(len(fleet.groups)), "", lambda _: None, inherits=True)
    gc.freeze()  # what is there already is much: collections leave it out, and processes go on sharing it
    try:
        with closing(cast("Generator[_Group]", groups)):
            yield groups
    finally:
        gc.unfreeze()


def _counted(
    fleet: Fleet, groups: Iterator[_Group], progress: Progress
) -> Iterator[tuple[Sequence[Destination], _Group]]:
    """Each group with what is left of it; tells how far it is."""
    done, total = 0, sum(map(len, fleet.groups))
    try:
        for group, made in zip(fleet.groups, groups, strict=True):
            done += len(group)
            if total > FEW:
                progress(f"rendering cluster {done:,} of {total:,}")
            yield group, made
    finally:
        progress("")


class _Same:
    """Gives an equal thing that came earlier: what comes from other processes is not shared by itself."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def __call__(self, value: T) -> T:
        """The value, or the one that is equal to it."""
        known: T = self._known.setdefault(value, value)
        return known


def _sharing(one: Delivery, same: _Same) -> Delivery:
    return replace(one, inventories={folder: same(inventory) for folder, inventory in one.inventories.items()})


class _Placer:
    """Renders groups of clusters, and lets go of them."""

    def __init__(
        self, fleet: Fleet, environments: Mapping[str, Rendered], boards: Sequence[Board], layout: Layout
    ) -> None:
        self._fleet, self._environments, self._boards, self._layout = fleet, environments, boards, layout
        self._usual, self._known = Usual(environments), Known(environments)
        self._done = 0

    def __call__(self, number: int) -> _Group:
        """What is left of a group."""
        self._done += 1
        if self._done % _BETWEEN == 0:
            gc.collect()
        found = _Group()
        try:
            self._place(self._fleet.groups[number], found)
        except InputError as problem:
            found.problem = problem
        return found

    def _place(self, group: Sequence[Destination], found: _Group) -> None:
        for destination, rendered in self._fleet.rendered(group, self._boards, found.faults):
            if below := self._environments.get(destination.environment):  # or it is at fault, which is told
                found.placed.append(self._placed(destination, below, rendered))
                if destination is group[0] and destination.entry.values:
                    found.first = self._known.different(destination.environment, rendered)

    def _placed(self, destination: Destination, below: Rendered, rendered: Rendered) -> _Placed:
        environment, name, layout = destination.environment, destination.entry.name, self._layout
        top = f"{environment}/{name}"
        own = overlay_files(below, rendered, layout, "../../", whole=_by_folders(rendered))
        files = {f"overlays/{top}/{path}": data for path, data in own.items()}
        files |= _other_files(below, rendered, destination)
        placed = delivery(rendered, layout, _folders(top, own, layout, rendered), name)
        placed = replace(placed, labels=destination.entry.labels, route=destination.route)
        return _Placed(files, placed, self._usual.other(environment, name, rendered))


def _by_folders(rendered: Rendered) -> bool:
    """Whether an ApplicationSet looks for the same folders on every cluster."""
    argocd = rendered.stack.settings.argocd
    return bool(argocd and argocd.application_set and argocd.per != "stack")


def _folders(name: str, files: Files, layout: Layout, rendered: Rendered) -> dict[str, str]:
    """The folders of a cluster; a part that is as in its environment has none of its own."""
    environment = name.partition("/")[0]
    own = {folder: f"{folder}/kustomization.yaml" in files for folder in layout.folders(rendered)}
    paths = {folder: f"overlays/{name if here else environment}/{folder}" for folder, here in own.items()}
    return {"": f"overlays/{name}", **paths}


def _other_files(below: Rendered, rendered: Rendered, destination: Destination) -> Files:
    """Values for the chart that are laid on the environment's, and configuration that no object holds."""
    stack, environment, name = rendered.stack.name, destination.environment, destination.entry.name
    files: Files = {}
    changed = _laid_over(below.values, rendered.values)
    if changed:
        files[f"values/{environment}/{name}.yaml"] = yaml_bytes(changed, header(stack, "values"))
    if rendered.plain != below.plain:
        for path, content in rendered.plain.items():
            component, _, rest = path.split("/", 2)
            files[f"{component}/{environment}/{name}/{rest}"] = yaml_bytes(content, header(stack, component))
    return files


def _laid_over(below: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What a second values file must hold: Helm merges mappings, replaces all else, and null removes."""
    changes: dict[str, Any] = {key: None for key in below if key not in wanted}
    for key, value in wanted.items():
        old = below.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            if inner := _laid_over(old, value):
                changes[key] = inner
        elif key not in below or value != old:
            changes[key] = value
    return changes
