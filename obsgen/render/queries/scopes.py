"""Which series a sentence speaks of: those of one instance in rules, those of the viewer's choice on boards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from obsgen.components.sentences import DEFAULT_WINDOW
from obsgen.conventions import ALWAYS_KEPT
from obsgen.conventions import TARGET_LABELS as TARGET_LABELS
from obsgen.findings import InputError
from obsgen.hints import nearest
from obsgen.promql.build import Matcher, none_of, one_of
from obsgen.render.queries.phrases import SentenceError
from obsgen.render.queries.windows import fitted
from obsgen.stack.model import Instance, ResolvedSignal, Stack, Stored
from obsgen.units import duration


class UnknownSignalError(Exception):
    """A sentence names a signal that is not exposed here: at these versions, or by anything in the stack."""

    def __init__(self, name: str, owner: str, known: Sequence[str]) -> None:
        super().__init__(f"{owner} exposes no signal '{name}'")
        self.name = name
        self.known = tuple(known)

    @property
    def hint(self) -> str:
        """The signal that may have been meant."""
        return nearest(self.name, self.known)


One = tuple[Stored, tuple[Matcher, ...]]
"""A series, or log lines, and the matchers that pick them out: of streams, or of what stands in lines."""


@dataclass(frozen=True, slots=True)
class Source:
    """A signal, its series, the matchers that pick them out, and the seconds between two of their samples (logs: 0)."""

    signal: ResolvedSignal
    series: tuple[One, ...]
    interval: int
    kept: tuple[str, ...] = ALWAYS_KEPT

    def stored_label(self, ours: str) -> str | None:
        """The stored name of one of our labels, None if no series has it."""
        return self.signal.labels.get(ours, ours if ours in TARGET_LABELS else None)

    def stored_labels(self, ours: Sequence[str]) -> list[str]:
        """The stored names of our labels behind those always kept, without those that no series has."""
        stored = (self.stored_label(label) for label in ours)
        return list(dict.fromkeys([*self.kept, *(label for label in stored if label)]))


class Scope(Protocol):
    """Finds the series behind a signal's name; `owner` is a role or a component, None for the speaker itself."""

    @property
    def window(self) -> str:
        """The range of rates where a sentence names none."""

    def source(self, owner: str | None, name: str, match: Mapping[str, Sequence[str]]) -> Source:
        """The series; raises UnknownSignalError."""


def own_target_matchers(instance: Instance, lent: bool = False) -> list[Matcher]:
    """The labels by which an instance's scraped series are found: its job and namespace.

    `lent` series, such as `up`, are not on the instance's page: the page's own namespace label does not reach them.
    """
    matchers: list[Matcher] = [("job", "=", instance.name)]
    target = instance.target
    if target and (lent or not (target.honor_labels and "namespace" in target.page_labels)):
        matchers.append(("namespace", "=", target.namespace))
    return matchers


def kept_of_log(signal: ResolvedSignal) -> tuple[str, ...]:
    """The labels of streams that every aggregation keeps."""
    return tuple(real for ours in ALWAYS_KEPT if (real := signal.labels.get(ours)))


def stream_matchers(labels: Mapping[str, str], namespaces: Sequence[str], pods: Sequence[str]) -> list[Matcher]:
    """The log streams of some pods; `labels` are those of streams, ours to the real ones."""
    named: list[Matcher] = [(labels.get("pod", "pod"), "=~", "|".join(pods))] if pods else []
    return [one_of(labels.get("namespace", "namespace"), namespaces), *named]


def _kept(signal: ResolvedSignal, owner: Instance) -> tuple[str, ...]:
    """The labels that every aggregation keeps.

    Where the page's own `namespace` wins, it names whoever uses the thing measured at the moment: an alert that kept
    it would start anew whenever a card changes hands.
    """
    if signal.is_log:
        return kept_of_log(signal)
    target = owner.target
    if signal.scope == "target" and target and target.honor_labels and "namespace" in target.page_labels:
        return tuple(label for label in ALWAYS_KEPT if label != "namespace")
    return ALWAYS_KEPT


def workload_matchers(instance: Instance, signal: ResolvedSignal) -> list[Matcher]:
    """The labels of an instance's pods, or of what makes those, which has no label of a pod."""
    pods: list[Matcher] = [("pod", "=~", instance.pods)] if instance.pods and "pod" in signal.labels else []
    return [("namespace", "=", instance.namespace), *pods]


def extra_matchers(stored: Stored, match: Mapping[str, Sequence[str]]) -> list[Matcher]:
    """The series' own matchers and those of the sentence."""
    chosen = [one_of(stored.label(ours) or ours, values) for ours, values in match.items()]
    fixed = [one_of(label, values) for label, values in stored.match]
    barred = [none_of(label, values) for label, values in stored.match_not]
    return [*fixed, *barred, *chosen]


@dataclass(frozen=True, slots=True)
class RuleScope:
    """The series of one instance, as its alerts and recording rules speak of them.

    `metrics_only` is for what Prometheus itself works out: it knows no log lines.
    """

    stack: Stack
    instance: Instance
    window: str = DEFAULT_WINDOW
    metrics_only: bool = False

    def source(self, owner: str | None, name: str, match: Mapping[str, Sequence[str]]) -> Source:
        """The series of this instance, or of another component as far as they concern it."""
        speaker = self.instance
        other = self.stack.found(owner) if owner else speaker
        signal = other.signals.get(name) if other else None
        if signal is None and owner and not self.stack.complete:
            raise InputError(())  # whoever is missing is told already
        if other is None or signal is None:
            raise UnknownSignalError(name, owner or speaker.folder.name, sorted(other.signals) if other else ())
        if signal.is_log and self.metrics_only:
            raise SentenceError(f"{name} is log lines, and Prometheus knows metrics alone")
        shared = self._matchers(signal, other)
        series = tuple((each, (*shared, *extra_matchers(each, match))) for each in signal.series)
        return Source(signal, series, self._interval(signal, other), _kept(signal, other))

    @property
    def fitted_window(self) -> str:
        """The range of rates of the instance's own series where a sentence names none."""
        return fitted(self.window, self._scraped_every(self.instance)).used

    def _interval(self, signal: ResolvedSignal, owner: Instance) -> int:
        if signal.is_log:
            return 0
        lent = owner.target is None and signal.scope == "target"
        return self._scraped_every(self.instance if lent else owner)

    def _scraped_every(self, instance: Instance) -> int:
        target = instance.target
        return duration(target.interval if target else self.stack.settings.prometheus.scrape_interval)

    def _matchers(self, signal: ResolvedSignal, owner: Instance) -> list[Matcher]:
        if signal.is_log:
            return stream_matchers(signal.labels, [owner.namespace], [owner.pods] if owner.pods else [])
        if signal.scope == "cluster":
            return []
        if signal.scope == "workload":
            return workload_matchers(self.instance, signal)
        return own_target_matchers(owner) if owner.target else own_target_matchers(self.instance, lent=True)
