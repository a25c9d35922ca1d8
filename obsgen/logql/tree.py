"""The syntax tree of a query. Every node has the offsets of its first character and of the one behind its last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Anything that stands in a query."""

    start: int
    end: int

    def walk(self) -> Iterator[Node]:
        """The node and all nodes below it, in source order as far as fields are."""
        yield self
        for field in fields(self):
            value = getattr(self, field.name)
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Node):
                    yield from one.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher(Node):
    """`name="value"` in a selector, a label filter, `drop` or `keep`."""

    name: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Node):
    """A string; `function` is `ip` for `ip("…")`."""

    value: str
    function: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFilter(Node):
    """`|= "a" or "b"`."""

    operator: str
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(Node):
    """`name="value"` or, where `is_name`, `name=value`, in `json`, `logfmt` and `label_format`."""

    name: str
    value: str
    is_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserStage(Node):
    """`json`, `logfmt`, `unpack`, `regexp "…"` or `pattern "…"`."""

    name: str
    argument: Text | None = None
    flags: tuple[str, ...] = ()
    labels: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatStage(Node):
    """`line_format "…"`, `label_format a=b` or `decolorize`."""

    name: str
    template: Text | None = None
    labels: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStage(Node):
    """`drop a, b="c"` or `keep …`: labels by name or by matcher."""

    name: str
    labels: tuple[Matcher | Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """`latency > 5s`: a label against a number, milliseconds, bytes or an `ip` range."""

    name: str
    operator: str
    kind: Literal["number", "duration", "size", "ip"]
    value: float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction(Node):
    """Two label filters of which both (`and`) or either (`or`) must hold."""

    operator: Literal["and", "or"]
    left: LabelFilter
    right: LabelFilter


LabelFilter = Matcher | Comparison | Junction
Stage = LineFilter | ParserStage | FormatStage | LabelStage | LabelFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector(Node):
    """`{app="x"}`."""

    matchers: tuple[Matcher, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery(Node):
    """A selector and what its lines go through."""

    selector: Selector
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrap(Node):
    """`unwrap label` or `unwrap duration(label)`, and the label filters behind it."""

    label: str
    conversion: str = ""
    filters: tuple[LabelFilter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRange(Node):
    """The lines of a window, in milliseconds, that ends `offset` milliseconds ago."""

    query: LogQuery
    window: int
    offset: float = 0
    unwrap: Unwrap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping(Node):
    """`by (a, b)` or `without (a, b)`."""

    without: bool
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation(Node):
    """What makes one value of many, by its name, and for which labels apart."""

    operation: str
    grouping: Grouping | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeAggregation(Aggregation):
    """`rate({…}[5m])`; `parameter` is the quantile."""

    range: LogRange
    parameter: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorAggregation(Aggregation):
    """`sum by (a) (…)`; `parameter` is the k of `topk`."""

    inner: Metric
    parameter: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Node):
    """A literal, or `vector(1)` where `is_vector`."""

    value: float
    is_vector: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReplace(Node):
    """`label_replace(inner, "target", "replacement", "source", "regex")`."""

    inner: Metric
    target: str
    replacement: str
    source: str
    regex: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(Node):
    """`on (a) group_left (b)`: how the sides of an operator find each other."""

    on: bool
    labels: tuple[str, ...]
    group: Literal["", "left", "right"] = ""
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    """Two metrics and an operator."""

    operator: str
    left: Metric
    right: Metric
    returns_bool: bool = False
    matching: Matching | None = None


Metric = RangeAggregation | VectorAggregation | Number | LabelReplace | Binary
Expression = LogQuery | Metric
