"""Many clusters of a profile: each rendered, written down as what sets it apart from its environment, and let go."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from obsgen.components.catalogue import Catalogue
from obsgen.conventions import header
from obsgen.findings import Faults
from obsgen.profile.load import Destination, LoadedProfile
from obsgen.profile.models import Settings
from obsgen.render.alerting.cluster_routes import ClusterRoutes
from obsgen.render.delivery.deliveries import Delivery, delivery
from obsgen.render.delivery.kustomize import Files, overlay_files
from obsgen.render.delivery.layout import Layout
from obsgen.render.grafana.dashboards import Board
from obsgen.render.objects import Rendered, render_objects
from obsgen.stack import demands
from obsgen.stack.clusters import Variant, on_cluster
from obsgen.stack.model import Stack
from obsgen.tree.serialise import yaml_bytes

_BETWEEN = 50
"""Sorts of clusters after which what is left of them is collected: the command line switches collection off."""
MOST_TOLD = 5
"""Clusters whose figures tables show beside those of their environments."""


@dataclass
class Clusters:
    """What is kept of all clusters: their files, where they are, and some to be told of by name."""

    files: Files = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    told: dict[str, Rendered] = field(default_factory=dict)


class Fleet:
    """Renders the clusters of a profile, one after the other."""

    def __init__(self, profile: LoadedProfile, catalogue: Catalogue, faults: Faults) -> None:
        self._catalogue, self._faults = catalogue, faults
        groups: dict[int, list[Destination]] = {}
        for each in profile.destinations:
            groups.setdefault(id(each.variant), []).append(each)
        self._groups = list(groups.values())

    def distinct(self) -> list[Stack]:
        """Stacks that boards may have to show something of: one for all clusters with the same servers."""
        found: dict[str, Stack] = {}
        for group in self._groups:
            for provider, first in {each.cluster.provider: each for each in reversed(group)}.items():
                key = _drawn_from(first.variant.settings, provider)
                if key not in found and (first.entry.values or provider):
                    found[key] = self._variant(first).stack(first.cluster)
        return list(found.values())

    def _variant(self, destination: Destination) -> Variant:
        return Variant(destination.variant, self._catalogue, self._faults)

    def rendered(self, boards: Sequence[Board]) -> Iterator[tuple[Destination, Rendered]]:
        """Each cluster with its objects, those with equal values one after the other."""
        for number, group in enumerate(self._groups, 1):
            variant = self._variant(group[0])
            for each in group:
                render = partial(self._rendered, variant, each, boards)
                if found := self._faults.attempt(render, None):
                    yield each, found
            if number % _BETWEEN == 0:
                gc.collect()

    def _rendered(self, variant: Variant, destination: Destination, boards: Sequence[Board]) -> Rendered:
        return render_objects(variant.stack(destination.cluster), boards)

    def sizes(self) -> dict[int, int]:
        """How many clusters share the values of each first one, by that one's place in the list."""
        return {id(group[0]): len(group) for group in self._groups}


def _drawn_from(settings: Settings, provider: str | None) -> str:
    """What boards are drawn from: settings without the figures, which every board reads from recorded series."""
    return json.dumps([_without_figures(settings.model_dump(mode="json", exclude={"cluster", "argocd"})), provider])


_FIGURES = frozenset(("thresholds", "objectives", "retention", "retention_size", "replicas", "storage", "resources"))


def _without_figures(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_figures(inner) for key, inner in value.items() if key not in _FIGURES}
    return [_without_figures(inner) for inner in value] if isinstance(value, list) else value


def place_clusters(
    fleet: Fleet, environments: Mapping[str, Rendered], boards: Sequence[Board], layout: Layout
) -> Clusters:
    """The overlays of all clusters, each on that of its environment."""
    found = Clusters()
    teller, routes = _Teller(environments, found.told), ClusterRoutes(environments)
    sizes = fleet.sizes()
    for destination, rendered in fleet.rendered(boards):
        below = environments.get(destination.environment)
        if below is None:
            continue  # its environment is at fault, which is told
        name = f"{destination.environment}/{destination.entry.name}"
        files = overlay_files(below, rendered, layout, "../../", whole=_by_folders(rendered))
        found.files |= {f"overlays/{name}/{path}": data for path, data in files.items()}
        found.files |= _other_files(below, rendered, destination)
        placed = delivery(rendered, layout, _folders(name, files, layout, rendered), destination.entry.name)
        found.deliveries.append(replace(placed, labels=destination.entry.labels, route=destination.route))
        routes.hear(destination.environment, destination.entry.name, rendered)
        if id(destination) in sizes and destination.entry.values:
            teller.hear(name, rendered, sizes[id(destination)])
    found.files |= routes.files()
    return found


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


class _Teller:
    """Chooses the clusters that people are told of by name: those that bring something that no other brought."""

    def __init__(self, environments: Mapping[str, Rendered], told: dict[str, Rendered]) -> None:
        self._environments, self._told = environments, told
        self._known: set[Any] = set()
        for each in environments.values():
            self._known |= set(_news(each))

    def hear(self, name: str, rendered: Rendered, alike: int) -> None:
        """Takes a cluster down if it brings something new, or if its limits differ and few others were told of."""
        environment = self._environments[name.partition("/")[0]]
        news = set(_news(rendered)) - self._known
        figures = _figures(rendered) != _figures(environment) and len(self._told) < MOST_TOLD
        if news or figures:
            self._known |= news
            label = name if alike == 1 else f"{name} and {alike - 1} like it"
            self._told[label] = _spoken_of(rendered, environment)


def _news(rendered: Rendered) -> Iterator[Any]:
    stack = rendered.stack
    yield from ((alert.name, alert.instance.name) for alert in rendered.alerts)
    yield from stack.secrets
    yield from stack.assumptions


def _figures(rendered: Rendered) -> list[tuple[str, str, float | None, str]]:
    return [(each.name, each.instance.name, each.limit, each.severity) for each in rendered.alerts]


def _spoken_of(rendered: Rendered, environment: Rendered) -> Rendered:
    """A cluster whose preconditions speak of no cluster by name, as those of its environment do."""
    general = on_cluster(rendered.stack, environment.stack.settings.cluster)
    found = dict.fromkeys(each for instance in general.instances for each in demands.preconditions(instance))
    return replace(rendered, stack=replace(rendered.stack, preconditions=tuple(found)))
