"""Which series an endpoint may bring, and which of them are stored: by facts, images, and names in its keep lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from obsgen.knowledge.exposure import exposed
from obsgen.signalpath.graph import Graph, Target
from obsgen.signalpath.monitors import Endpoint, Monitor, Relabelling
from obsgen.signalpath.relabel import NAME, Partial, renames

if TYPE_CHECKING:
    from obsgen.knowledge.inventory import Inventory, Known

_PREFIX = re.compile(r"\^?\(?(?:\?:)?([a-zA-Z_:][a-zA-Z0-9_:]*)")
_FAMILY = re.compile(r"[a-zA-Z0-9]+[_:]")
_COMMON = frozenset(
    (
        *("container_", "go_", "grpc_", "http_", "jvm_", "kube_", "kubelet_", "net_", "node_", "process_"),
        *("prometheus_", "promhttp_", "python_"),
    )
)
"""Beginnings of names that many exporters share."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a series at an endpoint.

    `is_related` says that the endpoint's exporter is known to be of the series' family. `kept` is None where nobody can
    say; `by` is the relabelling that surely drops it.
    """

    endpoint: Endpoint
    is_related: bool
    kept: bool | None
    by: Relabelling | None
    after: Partial


class Pace(NamedTuple):
    """The shortest interval, in milliseconds, at which a series is scraped, and where; None if that is not sure."""

    interval: int | None
    endpoint: Endpoint


class Feeds:
    """The series of one world's endpoints."""

    def __init__(self, graph: Graph, inventory: Inventory) -> None:
        self.graph = graph
        self._inventory = inventory
        self._fates: dict[str, tuple[Fate, ...]] = {}
        self._paces: dict[str, Pace | None] = {}

    def fates(self, name: str) -> tuple[Fate, ...]:
        """What becomes of a series at each endpoint that may have it."""
        if name not in self._fates:
            self._fates[name] = tuple(self._judged(name))
        return self._fates[name]

    def sources(self, name: str) -> list[Endpoint]:
        """The endpoints that surely have a series and may store it."""
        return [each.endpoint for each in self.fates(name) if each.is_related and each.kept is not False]

    def pace(self, name: str) -> Pace | None:
        """How often the endpoints that surely have a series are scraped; None if there are none."""
        if name not in self._paces:
            self._paces[name] = self._paced(self.sources(name))
        return self._paces[name]

    def _paced(self, endpoints: Sequence[Endpoint]) -> Pace | None:
        found = [Pace(self.graph.interval(each) or None, each) for each in endpoints]
        unsure = next((each for each in found if each.interval is None), None)
        return unsure or min(found, key=lambda each: each.interval or 0, default=None)

    def samples(self, endpoint: Endpoint) -> int:
        """How many samples a page has at least, after drops: one series of each name, and its buckets."""
        found = self.exporters(endpoint) or frozenset()
        rows = {row.name: row for component in found for row in self._inventory.of(component)}
        there = [row for row in rows.values() if exposed(self._inventory, row, self.graph.facts)]
        kept = [row for row in there if endpoint.stored(row.name).kept]
        return sum(len(row.buckets) + 1 if row.part == "_bucket" else 1 for row in kept)

    def _judged(self, name: str) -> Iterator[Fate]:
        owners = self.owners(name)
        for endpoint in self.graph.endpoints:
            found = self.exporters(endpoint)
            if found is not None and not owners & found:
                continue
            is_related = bool(found) or self._is_of_family(endpoint, name, owners)
            steps = [each.step for each in endpoint.metric_relabelings]
            after = endpoint.stored(name)
            kept = None if renames(steps) else after.kept
            by = endpoint.metric_relabelings[after.dropped_by] if after.dropped_by is not None else None
            yield Fate(endpoint, is_related, kept, by, after)

    def owners(self, name: str) -> frozenset[str]:
        """The components that have a series of this name; none if nobody knows any."""
        rows: Iterable[Known] = self._inventory.find(name) or self._inventory.meant(name)
        return frozenset(row.component for row in rows if row.component) or frozenset(
            folder.name for folder in self._inventory.owners(name)
        )

    def exporters(self, endpoint: Endpoint) -> frozenset[str] | None:
        """The components that an endpoint scrapes; None if nobody can say, or it is no component of ours."""
        if endpoint not in self._exporters:
            found = frozenset(self._known(endpoint))
            self._exporters[endpoint] = found if found and found <= self._inventory.components else None
        return self._exporters[endpoint]

    @cached_property
    def _exporters(self) -> dict[Endpoint, frozenset[str] | None]:
        return {}

    def _known(self, endpoint: Endpoint) -> Iterator[str]:
        names = {self.graph.job(endpoint)}
        if endpoint.monitor is not None:
            names.add(endpoint.monitor.object.name)
        for each in self.graph.facts.servers:
            if each.name in names and (endpoint.monitor is None or _reaches(endpoint.monitor, each.namespace)):
                yield each.component
        for image in {image for target in self.graph.targets(endpoint) for image in _images(target)}:
            yield from self._by_image(image)

    def _by_image(self, image: str) -> Iterator[str]:
        path = image.partition("@")[0]
        path = path[: path.rfind(":")] if ":" in path.rpartition("/")[2] else path
        for known, component in self._images.items():
            if path == known or path.endswith(f"/{known}"):
                yield component

    @cached_property
    def _images(self) -> Mapping[str, str]:
        found = map(self._inventory.exporter, sorted(self._inventory.components))
        return {image: each.name for each in found for image in each.component.images}

    def _is_of_family(self, endpoint: Endpoint, name: str, owners: frozenset[str]) -> bool:
        """Whether the names in an endpoint's keep lists and drop lists begin as this one does."""
        for known in _names_in(endpoint):
            if owners and {folder.name for folder in self._inventory.owners(known)} & owners:
                return True
            family = _FAMILY.match(known)
            if family and name.startswith(family[0]) and family[0] not in _COMMON and not owners:
                return True
        return False


def _reaches(monitor: Monitor, namespace: str) -> bool:
    found = monitor.namespaces
    return not namespace or found is None or "" in found or namespace in found


def _images(target: Target) -> tuple[str, ...]:
    if target.container_port:
        return (target.container_port.image,)
    return target.workload.images if target.workload else ()


def _names_in(endpoint: Endpoint) -> list[str]:
    """How the names begin that relabellings of an endpoint's series speak of."""
    steps = [each.step for each in endpoint.metric_relabelings]
    texts = [one for each in steps if each.source[:1] == (NAME,) for one in each.regex.split("|")]
    return [match[1] for match in map(_PREFIX.match, texts) if match]
