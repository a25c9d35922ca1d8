"""Every series that a component knows, by the name that expressions use for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TypeVar

from obsgen.components.catalogue import Catalogue, Exporter
from obsgen.components.fields import MetricType, OneOrMore
from obsgen.components.signals import Caution, LabelValue, Series, Signal
from obsgen.profile.metrics import DeclaredMetric

Key = TypeVar("Key")

PARTS: Mapping[MetricType, tuple[str, ...]] = {
    "histogram": ("_bucket", "_sum", "_count"),
    "summary": ("", "_sum", "_count"),
}
"""The endings under which a metric of several series is stored; others are stored under their own name."""


@dataclass(frozen=True, slots=True)
class Known:
    """One row of a component's signal, as it is stored under a name; `part` is the name's ending in a histogram.

    `labels` are those of the exporter's page, `values` the closed sets among them, by real names. A value times `scale`
    is in `unit`. `copied_by` says what renamed it on its way.
    """

    name: str
    part: str
    component: str
    signal: str
    help: str
    type: MetricType
    unit: str
    scale: float
    labels: frozenset[str]
    values: Mapping[str, tuple[LabelValue, ...]]
    buckets: tuple[float, ...]
    since: str | None
    until: str | None
    deprecated: str | None
    when: str | None
    place: tuple[str, int]
    """The signal, and the row's index in it."""
    rest: tuple[str, ...] = ()
    """The signals of the component that together with this one make the whole."""
    copied_by: str = ""
    match: Mapping[str, OneOrMore] = field(default_factory=dict)
    match_not: Mapping[str, OneOrMore] = field(default_factory=dict)
    """What the signal's own queries ask of labels: only so are the values what it says."""
    starts_at: str = "zero"
    """`first` if there is no series before the first event."""
    totals: str = ""
    """The label without which a series is the sum of others."""
    zero: str = ""
    """What a value of 0 says, where that is not that there is none of it."""
    outcome: str = ""
    """The label that says how what is counted has ended, where all ends are counted."""
    cautions: tuple[Caution, ...] = ()

    def of_anybody(self) -> Known:
        """What is sure of the name whoever exposes it: what sort of series it is."""
        return Known(
            self.name, self.part, "", self.signal, "", self.type, "", 1.0, _own_label(self), {}, (), None, None, None,
            None, self.place,
        )  # fmt: skip

    @property
    def metric(self) -> str:
        """The metric's name as its TYPE line has it."""
        return self.name.removesuffix(self.part) if self.part else self.name

    @property
    def stored_type(self) -> str:
        """What the series itself is: `bucket`, `counter`, `gauge`, `quantile` (of a summary) or `info`."""
        if self.part == "_bucket":
            return "bucket"
        if self.part:
            return "counter"
        return "quantile" if self.type == "summary" else self.type


class Inventory:
    """The series of all components of a catalogue, and the metrics that somebody has declared."""

    def __init__(self, catalogue: Catalogue, declared: Mapping[str, DeclaredMetric] | None = None) -> None:
        self._catalogue = catalogue
        self._declared = dict(declared or {})

    def find(self, name: str) -> tuple[Known, ...]:
        """What is stored under a name, one row for each version range and component; empty if nobody knows it."""
        return self._by_name.get(name, ())

    def rows(self, one: Known) -> tuple[Known, ...]:
        """The rows of the same signal and part, best first: what it is called at other versions."""
        return tuple(
            each
            for each in self._by_signal[one.component, one.signal]
            if each.part == one.part and bool(each.copied_by) == bool(one.copied_by)
        )

    def meant(self, name: str) -> tuple[Known, ...]:
        """What people mean by a name that no version of any component has: the newest rows first."""
        return self._mistaken.get(name, ())

    def alike(self, name: str) -> tuple[Known, ...]:
        """What is stored under a name with the same letters and figures; `_` stands for `:` after many a conversion."""
        return self._by_letters.get(_letters(name), ())

    def is_shared(self, row: Known) -> bool:
        """Whether a row's name comes from a library that many programs use."""
        return bool(row.component) and row.name.startswith(
            self.exporter(row.component).component.page.shared or ("\0",)
        )

    def elsewhere(self, name: str) -> str:
        """Who else exposes a name that people take for one of a component's; empty if nobody is known to."""
        return self._elsewhere.get(name, "")

    def owners(self, name: str) -> list[Exporter]:
        """The components to whose pages every series with such a beginning belongs."""
        return [exporter for prefix, exporter in self._prefixes if name.startswith(prefix)]

    def siblings(self, name: str) -> frozenset[str]:
        """The series of the components to whose pages a name belongs by its beginning."""
        return frozenset(row.name for exporter in self.owners(name) for row in self.of(exporter.name))

    def exporter(self, component: str) -> Exporter:
        """A component."""
        return self._catalogue.exporter(component)

    @cached_property
    def components(self) -> frozenset[str]:
        """The names of all components."""
        return frozenset(self._catalogue.names)

    def of(self, component: str) -> list[Known]:
        """The series of a component."""
        return [each for each in self._all if each.component == component]

    def labels(self, component: str) -> frozenset[str]:
        """All labels that some series of a component's page has."""
        return self._labels.get(component, frozenset())

    @cached_property
    def odd_labels(self) -> frozenset[str]:
        """Labels of any page whose names have signs that few people give to labels of targets."""
        found = (label for labels in self._labels.values() for label in labels)
        return frozenset(label for label in found if "_" in label or label != label.lower())

    @cached_property
    def pushing(self) -> dict[str, str]:
        """The titles of components that push their series, by name."""
        pushing = (each for each in self._exporters if each.component.page.pushed)
        return {each.name: each.component.title for each in pushing}

    @cached_property
    def _labels(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for each in self._all:
            found.setdefault(each.component, set()).update(each.labels)
        return {component: frozenset(labels) for component, labels in found.items()}

    @property
    def names(self) -> Iterable[str]:
        """Every name."""
        return self._by_name.keys()

    @cached_property
    def _exporters(self) -> list[Exporter]:
        return [self._catalogue.exporter(name) for name in self._catalogue.names]

    @cached_property
    def _all(self) -> list[Known]:
        found = [each for exporter in self._exporters for each in _of_component(exporter)]
        return [*found, *(each for name, metric in self._declared.items() for each in _of_declared(name, metric))]

    @cached_property
    def _by_name(self) -> dict[str, tuple[Known, ...]]:
        return _grouped((each.name, each) for each in self._all)

    @cached_property
    def _by_letters(self) -> dict[str, tuple[Known, ...]]:
        return _grouped((_letters(each.name), each) for each in self._all if not each.copied_by)

    @cached_property
    def _by_signal(self) -> dict[tuple[str, str], tuple[Known, ...]]:
        return _grouped(((each.component, each.signal), each) for each in self._all)

    @cached_property
    def _mistaken(self) -> dict[str, tuple[Known, ...]]:
        found: list[tuple[str, Known]] = []
        for exporter in self._exporters:
            for name, signal in exporter.signals.items():
                rows = self._by_signal.get((exporter.name, name), ())
                for wrong in (*signal.mistaken, *signal.elsewhere):
                    found += [(wrong + row.part, row) for row in rows if not row.copied_by]
                    found += [(wrong, row) for row in rows if row.part and not row.copied_by]
        return _grouped(found)

    @cached_property
    def _elsewhere(self) -> dict[str, str]:
        signals = (signal for exporter in self._exporters for signal in exporter.signals.values())
        return {name: whose for signal in signals for name, whose in signal.elsewhere.items()}

    @cached_property
    def _prefixes(self) -> list[tuple[str, Exporter]]:
        return [(prefix, exporter) for exporter in self._exporters for prefix in exporter.component.page.prefixes]


@lru_cache(maxsize=256)
def _of_component(exporter: Exporter) -> tuple[Known, ...]:
    """The rows of a component, which every repository that it is known in shares."""
    rows = [
        (name, signal, row, index)
        for name, signal in exporter.signals.items()
        for index, row in enumerate(signal.series)
        if row.name
    ]
    return tuple(each for row in rows for each in _copied(exporter, _parts(_known(exporter.name, *row))))


def _known(component: str, name: str, signal: Signal, row: Series, index: int) -> Known:
    labels = signal.labels if row.labels is None else row.labels
    return Known(
        name=row.name,
        part="",
        component=component,
        signal=name,
        help=signal.help,
        type=row.type or signal.type,
        unit=signal.unit,
        scale=row.scale,
        labels=frozenset((*labels.values(), *row.match, *row.match_not)),
        values={labels[ours]: values for ours, values in signal.values.items() if ours in labels},
        buckets=row.buckets or (),
        since=row.since,
        until=row.until,
        deprecated=row.deprecated,
        when=row.when,
        place=(name, index),
        rest=signal.rest,
        match=row.match,
        match_not=row.match_not,
        starts_at=row.starts_at,
        totals=labels.get(signal.totals, ""),
        zero=signal.zero,
        outcome=labels.get(signal.outcome, ""),
        cautions=signal.cautions,
    )


def _of_declared(name: str, metric: DeclaredMetric) -> list[Known]:
    signal = Signal.model_construct(
        help=metric.help, type=metric.type, unit=metric.unit, labels=metric.labels, series=()
    )
    row = Series.model_construct(name=name, buckets=metric.buckets)
    return _parts(_known("", name, signal, row, 0))


def _parts(whole: Known) -> list[Known]:
    """A metric as it is stored; all but the buckets count, or add up."""
    parts = PARTS.get(whole.type, ("",))
    found = [replace(whole, name=whole.name + part, part=part) for part in parts]
    return [replace(each, labels=each.labels | _own_label(each)) for each in found]


def _own_label(one: Known) -> frozenset[str]:
    own = {"bucket": "le", "quantile": "quantile"}.get(one.stored_type)
    return frozenset((own,)) if own else frozenset()


def _copied(exporter: Exporter, found: list[Known]) -> Iterator[Known]:
    """The series, and the same ones under other prefixes."""
    yield from found
    for copy in exporter.component.page.copies:
        for each in found:
            if each.name.startswith(copy.of):
                yield replace(each, name=copy.prefix + each.name.removeprefix(copy.of), copied_by=copy.by)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name))


def _grouped(pairs: Iterable[tuple[Key, Known]]) -> dict[Key, tuple[Known, ...]]:
    found: dict[Key, list[Known]] = {}
    for key, known in pairs:
        found.setdefault(key, []).append(known)
    return {key: tuple(each) for key, each in found.items()}
