"""What recorded series are: the readings and labels of the expressions that record them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from obsgen.knowledge.carried import Carried
from obsgen.knowledge.inventory import Known
from obsgen.knowledge.reading import UNKNOWN, Reading, Readings
from obsgen.promql import Node
from obsgen.promql.labels import Labels

EXTERNAL = frozenset(("cluster", "prometheus", "prometheus_replica", "replica"))
"""Labels that a Prometheus gives to what it hands on, recorded series too."""


@dataclass(frozen=True, eq=False)
class Recording:
    """One expression that records a series, what is known of its own series, and the labels that its rule adds."""

    root: Node
    rows: Mapping[int, Sequence[Known]]
    carried: Carried
    added: frozenset[str]


@dataclass(frozen=True)
class Recordings:
    """All recorded series by name. What is recorded from itself, or in several ways that differ, is unknown."""

    by_name: Mapping[str, Sequence[Recording]]
    _readings: dict[str, Reading] = field(default_factory=dict)
    _labels: dict[str, Labels] = field(default_factory=dict)

    def reading(self, name: str) -> Reading:
        """What the values of a recorded series are."""
        if name not in self._readings:
            self._readings[name] = UNKNOWN  # ends the circle where a series is recorded from itself
            found = [self._read(each) for each in self.by_name.get(name, ())]
            self._readings[name] = reduce(_agreed, found) if found else UNKNOWN
        return self._readings[name]

    def labels(self, name: str) -> Labels:
        """The labels that a recorded series can have."""
        if name not in self._labels:
            self._labels[name] = Labels()
            found = [each.carried.may(each.root).plus(each.added | EXTERNAL) for each in self.by_name.get(name, ())]
            self._labels[name] = reduce(Labels.either, found) if found else Labels()
        return self._labels[name]

    def _read(self, one: Recording) -> Reading:
        return Readings(one.root, lambda node: one.rows.get(id(node), ()), self.reading).of(one.root)


def _agreed(one: Reading, other: Reading) -> Reading:
    """What two ways to record a series agree in."""
    return one if replace(one, series=()) == replace(other, series=()) else UNKNOWN
