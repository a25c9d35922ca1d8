"""Many clusters of a profile: rendered one after the other, those with equal values together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from obsgen.components.catalogue import Catalogue
from obsgen.findings import Faults
from obsgen.profile.load import Destination, LoadedProfile
from obsgen.profile.models import Settings
from obsgen.render.grafana.dashboards import Board
from obsgen.render.objects import Rendered, render_objects
from obsgen.stack.clusters import Variant
from obsgen.stack.model import Stack


class Fleet:
    """The clusters of a profile, in groups of those with the same values."""

    def __init__(self, profile: LoadedProfile, catalogue: Catalogue, faults: Faults) -> None:
        self._catalogue, self.faults = catalogue, faults
        groups: dict[int, list[Destination]] = {}
        for each in profile.destinations:
            groups.setdefault(id(each.variant), []).append(each)
        self.groups = list(groups.values())

    def distinct(self) -> list[Stack]:
        """Stacks that boards may have to show something of: one for all clusters with the same servers."""
        found: dict[str, Stack] = {}
        for group in self.groups:
            for provider, first in {each.cluster.provider: each for each in reversed(group)}.items():
                key = _drawn_from(first.variant.settings, provider)
                if key not in found and (first.entry.values or provider):
                    found[key] = self._variant(first, self.faults).stack(first.cluster)
        return list(found.values())

    def _variant(self, destination: Destination, faults: Faults) -> Variant:
        return Variant(destination.variant, self._catalogue, faults)

    def rendered(
        self, group: Sequence[Destination], boards: Sequence[Board], faults: Faults
    ) -> Iterator[tuple[Destination, Rendered]]:
        """The clusters of a group with their objects, but for those at fault."""
        variant = self._variant(group[0], faults)
        for each in group:
            if found := faults.attempt(partial(_rendered, variant, each, boards), None):
                yield each, found

    def alone(self, destination: Destination, boards: Sequence[Board]) -> Rendered:
        """A cluster that is not at fault, rendered by itself."""
        ((_, rendered),) = self.rendered([destination], boards, Faults())
        return rendered


def _rendered(variant: Variant, destination: Destination, boards: Sequence[Board]) -> Rendered:
    return render_objects(variant.stack(destination.cluster), boards)


def _drawn_from(settings: Settings, provider: str | None) -> str:
    """What boards are drawn from: settings without the figures, which every board reads from recorded series."""
    return json.dumps([_without_figures(settings.model_dump(mode="json", exclude={"cluster", "argocd"})), provider])


_FIGURES = frozenset(("thresholds", "objectives", "retention", "retention_size", "replicas", "storage", "resources"))


def _without_figures(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_figures(inner) for key, inner in value.items() if key not in _FIGURES}
    return [_without_figures(inner) for inner in value] if isinstance(value, list) else value
