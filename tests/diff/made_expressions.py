"""Expressions made up for tests as trees: written in any layout, and changed in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

LABELS = ("cluster", "job", "le", "pod")
OTHERS: dict[str, tuple[Any, ...]] = {
    "name": ("up", "queue", "errors_total", "latency_bucket"),
    "function": ("rate", "increase", "irate"),
    "aggregator": ("sum", "min", "max", "count"),
    "keeps": ("by", "without"),
    "window": ("5m", "10m", "1h"),
    "offset": ("", "5m", "1d"),
    "number": (1, 2.5, 8, 1000),
    "compares": (">", ">=", "<", "==", "> bool"),
    "operator": ("+", "-", "*", "/"),
    "joins": ("and", "unless", "or"),
    "matching": ("", "on", "ignoring"),
    "labels": ((), ("job",), ("cluster", "pod"), ("cluster", "job", "pod")),
    "matchers": ((), ('job="a"',), ('job="a"', 'pod=~"b|c"'), ('cluster!=""', 'job="b"', 'pod!~"x"')),
}
"""What may stand in each field of a tree."""


@dataclass(frozen=True)
class Layout:
    """How a tree is written: without a source of chance as plainly as can be."""

    chance: Random | None = None

    def gap(self) -> str:
        """What stands between two words."""
        return self.chance.choice([" ", "  ", "\n", " # why\n"]) if self.chance else " "

    def listed(self, items: Sequence[str]) -> str:
        """Items of which the order means nothing."""
        found = self.chance.sample(items, len(items)) if self.chance else list(items)
        return f",{self.gap()}".join(found)

    def wrapped(self, text: str) -> str:
        """An operand, in one or more parentheses."""
        return f"(({text}))" if self.chance and self.chance.random() < 0.3 else f"({text})"


@dataclass(frozen=True)
class Series:
    name: str
    matchers: tuple[str, ...]
    offset: str

    def write(self, layout: Layout) -> str:
        return self.asked(layout) + (f" offset {self.offset}" if self.offset else "")

    def asked(self, layout: Layout) -> str:
        return f"{self.name}{{{layout.listed(self.matchers)}}}" if self.matchers else self.name


@dataclass(frozen=True)
class Rate:
    function: str
    series: Series
    window: str

    def write(self, layout: Layout) -> str:
        back = f" offset {self.series.offset}" if self.series.offset else ""
        return f"{self.function}({self.series.asked(layout)}[{self.window}]{back})"


@dataclass(frozen=True)
class Aggregate:
    aggregator: str
    keeps: str
    labels: tuple[str, ...]
    inner: Any

    def write(self, layout: Layout) -> str:
        head = f"{self.aggregator}{layout.gap()}{self.keeps}{layout.gap()}({layout.listed(self.labels)})"
        return f"{head}{layout.gap()}({self.inner.write(layout)})"


@dataclass(frozen=True)
class Worked:
    operator: str
    left: Any
    right: Any

    def write(self, layout: Layout) -> str:
        left, right = (layout.wrapped(each.write(layout)) for each in (self.left, self.right))
        return f"{left}{layout.gap()}{self.operator}{layout.gap()}{right}"


@dataclass(frozen=True)
class Compared:
    inner: Any
    compares: str
    number: float

    def write(self, layout: Layout) -> str:
        return f"{layout.wrapped(self.inner.write(layout))}{layout.gap()}{self.compares}{layout.gap()}{self.number}"


@dataclass(frozen=True)
class Joined:
    left: Any
    joins: str
    matching: str
    labels: tuple[str, ...]
    right: Any

    def write(self, layout: Layout) -> str:
        left, right = (layout.wrapped(each.write(layout)) for each in (self.left, self.right))
        on = f"{self.matching}{layout.gap()}({layout.listed(self.labels)})" if self.matching else ""
        return f"{left}{layout.gap()}{self.joins}{layout.gap()}{on}{layout.gap()}{right}"


def _fields(kind: type, **given: SearchStrategy[Any]) -> SearchStrategy[Any]:
    chosen = {each.name: st.sampled_from(OTHERS[each.name]) for each in fields(kind) if each.name not in given}
    return st.builds(kind, **given, **chosen)


_SERIES = _fields(Series)


def _values(inner: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return _fields(Aggregate, inner=inner) | _fields(Worked, left=inner, right=inner)


VALUES = st.recursive(_SERIES | _fields(Rate, series=_SERIES), _values, max_leaves=4)
_CONDITIONS = _fields(Compared, inner=VALUES)
ALERTS = st.recursive(
    _CONDITIONS,
    lambda inner: _fields(Joined, left=inner, right=inner | VALUES) | _fields(Aggregate, inner=inner),
    max_leaves=4,
)
"""Expressions as alerts have them: comparisons, held back by others, or one of several."""


def mutants(tree: Any) -> Iterator[Any]:
    """The tree with one field of one of its nodes changed."""
    for field in fields(tree):
        value = getattr(tree, field.name)
        if field.name in OTHERS:
            yield from (replace(tree, **{field.name: other}) for other in OTHERS[field.name] if other != value)
        else:
            yield from (replace(tree, **{field.name: each}) for each in mutants(value))
