"""Which series a board's panels speak of: those of all its component's instances, narrowed by the viewer's choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from obsgen.promql.build import Matcher, one_of
from obsgen.render.queries.scopes import Source, UnknownSignalError, extra_matchers, stream_matchers
from obsgen.stack.model import Instance, ResolvedSignal, Stack, Stored
from obsgen.units import duration

RATE_INTERVAL = "$__rate_interval"
"""Grafana's window: at least four scrapes, wider when zoomed out."""


@dataclass(frozen=True)
class BoardScope:
    """The instances of one component in all environments, and the variables that the board offers.

    A board is the same file in every environment, so it speaks of every version that runs in any of them.
    """

    stacks: Sequence[Stack]
    component: str
    variables: tuple[str, ...]

    @property
    def window(self) -> str:
        """The range of rates."""
        return RATE_INTERVAL

    @property
    def places(self) -> tuple[str, ...]:
        """Labels that say where series come from, as far as the boards offer them; the cluster always."""
        return (*self.stacks[0].settings.grafana.place_variables, "cluster")

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """The component's instances in all environments."""
        return tuple(i for stack in self.stacks for i in stack.instances if i.folder.name == self.component)

    def source(self, owner: str | None, name: str, match: Mapping[str, Sequence[str]]) -> Source:
        """The series of the component's own instances, or of another component's."""
        owners = self._owners(owner)
        found = [instance.signals[name] for instance in owners if name in instance.signals]
        if not found:
            known = sorted({signal for instance in owners for signal in instance.signals})
            raise UnknownSignalError(name, owner or self.component, known)
        signal = _merged(found)
        series = tuple(
            (each, (*self._matchers(signal, each, owners), *extra_matchers(each, match))) for each in signal.series
        )
        return Source(signal, series, 0 if signal.is_log else self._longest(owners), kept=())

    @property
    def is_scraped(self) -> bool:
        """Whether the instances' series have the pods that they come from, and not those that a page speaks of."""
        targets = [instance.target for instance in self.instances]
        return all(target is not None and "pod" not in target.page_labels for target in targets)

    @cached_property
    def interval(self) -> int:
        """Seconds between two scrapes of the component's slowest target."""
        return self._longest(self.instances)

    def _longest(self, owners: Sequence[Instance]) -> int:
        intervals = [each.target.interval for each in owners if each.target]
        defaults = [stack.settings.prometheus.scrape_interval for stack in self.stacks]
        return max(duration(interval) for interval in intervals or defaults)

    def _owners(self, owner: str | None) -> Sequence[Instance]:
        if owner is None:
            return self.instances
        return [i for stack in self.stacks for i in stack.instances if owner in (i.role, i.folder.name)]

    def streams(self, labels: Mapping[str, str], owners: Sequence[Instance] | None = None) -> list[Matcher]:
        """The log streams of some instances, else of the component's own, narrowed by the viewer's choices."""
        found = owners or self.instances
        patterns = sorted({instance.pods or "" for instance in found})
        namespaces = sorted({instance.namespace for instance in found})
        chosen = [name for name in (*self.places, *self.variables) if name in labels]
        picked: list[Matcher] = [(labels[name], "=~", f"${name}") for name in chosen]
        return [*stream_matchers(labels, namespaces, [] if "" in patterns else patterns), *picked]

    def _matchers(self, signal: ResolvedSignal, stored: Stored, owners: Sequence[Instance]) -> list[Matcher]:
        if stored.log:
            fields = dict(stored.log.fields)
            asked: list[Matcher] = [(name, "=~", f"${name}") for name in self.variables if name in fields]
            return [*self.streams(dict(stored.log.streams), owners), *asked]
        theirs = {real for _, real in stored.labels} - {"cluster"}
        matchers: list[Matcher] = [(name, "=~", f"${name}") for name in self.places if name not in theirs]
        own = owners is self.instances or not any(instance.target for instance in owners)
        if signal.scope == "target":
            matchers += self._jobs(self.instances if own else owners, own)
        if signal.scope == "workload":
            matchers += self._workloads(signal)
        if signal.scope != "cluster":
            matchers += self._chosen(signal, stored, ("namespace", "pod"), own)
        return matchers + self._chosen(signal, stored, ("model", "node"), own)

    def _workloads(self, signal: ResolvedSignal) -> list[Matcher]:
        """The namespaces of the component's own pods, and their names if every instance knows them."""
        patterns = sorted({instance.pods or "" for instance in self.instances})
        pods: list[Matcher] = (
            [] if "" in patterns or "pod" not in signal.labels else [("pod", "=~", "|".join(patterns))]
        )
        return [one_of("namespace", sorted({instance.namespace for instance in self.instances})), *pods]

    def _jobs(self, owners: Sequence[Instance], own: bool) -> list[Matcher]:
        if own and "server" in self.variables:
            return [("job", "=~", "$server")]
        names = sorted({instance.name for instance in owners if instance.target or own})
        return [one_of("job", names)] if names else []

    def _chosen(self, signal: ResolvedSignal, stored: Stored, labels: Sequence[str], own: bool) -> list[Matcher]:
        """Matchers on the viewer's choices, for labels that the series has."""
        scraped = {"target": ("namespace", "pod") if own else (), "workload": ("namespace",)}.get(signal.scope, ())
        matchers: list[Matcher] = []
        for label in labels:
            real = stored.label(label) or (label if label in scraped else None)
            if label in self.variables and real:
                matchers.append((real, "=~", f"${label}"))
        return matchers


def _merged(signals: Sequence[ResolvedSignal]) -> ResolvedSignal:
    """One signal with the series of all; those that may stand alone only do if nobody has others."""
    series = dict.fromkeys(each for signal in signals for each in signal.series)
    together = [each for each in series if not each.alone]
    return replace(signals[0], series=tuple(together or series))
