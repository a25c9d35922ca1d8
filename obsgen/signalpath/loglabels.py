"""Which values a label of a LogQL expression's result can have, as far as the expression itself says it.

Source: grafana/loki 3.7.8, pkg/logql (engine.go: resultMetric, absentLabels) and pkg/logql/log.
"""

from __future__ import annotations

from collections.abc import Sequence

from obsgen.logql.tree import (
    Binary,
    FormatStage,
    Grouping,
    Junction,
    LabelReplace,
    LabelStage,
    LogRange,
    Matcher,
    Metric,
    Number,
    ParserStage,
    RangeAggregation,
    Stage,
    Text,
    VectorAggregation,
)
from obsgen.signalpath.labels import Values

_ABSENT = frozenset(("",))
_CHOOSING = frozenset(("topk", "bottomk", "approx_topk", "sort", "sort_desc"))
"""Aggregations that hand on the series that they choose, with all labels."""
_SETS = frozenset(("or", "and", "unless"))


def log_values(node: Metric, label: str) -> Values:
    """The values of a label over all series of a result, an empty text where it may be absent; None if open."""
    if isinstance(node, RangeAggregation):
        return _of_range(node, label)
    if isinstance(node, VectorAggregation):
        chosen = node.operation in _CHOOSING
        grouping = node.grouping or Grouping(without=False, labels=(), start=node.start, end=node.end)
        return log_values(node.inner, label) if chosen or _keeps(grouping, label) else _ABSENT
    if isinstance(node, LabelReplace):
        return _replaced(node, label)
    return _joined(node, label) if isinstance(node, Binary) else _ABSENT


def _keeps(grouping: Grouping, label: str) -> bool:
    return (label in grouping.labels) is not grouping.without


def _of_range(node: RangeAggregation, label: str) -> Values:
    if node.operation == "absent_over_time":
        return _asked(node.range, label)
    if node.grouping and not _keeps(node.grouping, label):
        return _ABSENT
    unwrap = node.range.unwrap
    if unwrap and unwrap.label == label:
        return None  # what becomes the number is a label no more, unless an aggregation around it asks for it
    query = node.range.query
    return _through((*query.stages, *(unwrap.filters if unwrap else ())), query.selector.matchers, label)


def _asked(range_: LogRange, label: str) -> Values:
    """What is absent has the labels that its selector asks for, each once and by a value."""
    found = [each for each in range_.query.selector.matchers if each.name == label]
    return frozenset((found[0].value,)) if [each.operator for each in found] == ["="] else _ABSENT


def _through(stages: Sequence[Stage], matchers: Sequence[Matcher], label: str) -> Values:
    """The values of a label of streams, as the stages leave it. A parser never changes what a stream has."""
    values: Values = None
    for each in (*matchers, *stages):
        values = _after(each, values, label)
    return values


def _after(stage: Stage, values: Values, label: str) -> Values:
    if isinstance(stage, Matcher):
        return frozenset((stage.value,)) if stage.name == label and stage.operator == "=" else values
    if isinstance(stage, Junction):
        return _of_both(stage, values, label)
    if isinstance(stage, ParserStage):
        return None if values == _ABSENT else values
    if isinstance(stage, FormatStage):
        return _formatted(stage, values, label)
    if isinstance(stage, LabelStage):
        return _dropped(stage, values, label)
    return values


def _of_both(stage: Junction, values: Values, label: str) -> Values:
    if stage.operator == "and":
        return _after(stage.right, _after(stage.left, values, label), label)
    left, right = (_after(each, values, label) for each in (stage.left, stage.right))
    return left | right if left is not None and right is not None else None


def _formatted(stage: FormatStage, values: Values, label: str) -> Values:
    for each in stage.labels:
        if each.name == label:
            return None if each.is_name or "{{" in each.value else frozenset((each.value,))
        if each.is_name and each.value == label:
            return _ABSENT  # renamed
    return values


def _dropped(stage: LabelStage, values: Values, label: str) -> Values:
    """What `drop` and `keep` leave; those by a value decide nothing for certain."""
    named = {each.value for each in stage.labels if isinstance(each, Text)}
    matched = {each.name for each in stage.labels if isinstance(each, Matcher)} - named
    if label in matched:
        return None
    return values if (label in named) is (stage.name == "keep") else _ABSENT


def _replaced(node: LabelReplace, label: str) -> Values:
    """As `label_replace` leaves it: it sets a constant for certain only where it always matches."""
    if node.target != label:
        return log_values(node.inner, label)
    always = not node.source and not node.regex.value and "$" not in node.replacement
    return frozenset((node.replacement,)) if always else None


def _joined(node: Binary, label: str) -> Values:
    if node.operator == "or":
        left, right = (log_values(each, label) for each in (node.left, node.right))
        return left | right if left is not None and right is not None else None
    if _is_number(node.left) or _is_number(node.right):
        return log_values(node.right if _is_number(node.left) else node.left, label)
    matching = node.matching
    if matching is None or node.operator in _SETS:
        return log_values(node.left, label)
    if not matching.group:
        return log_values(node.left, label) if (label in matching.labels) is matching.on else _ABSENT
    many, one = (node.left, node.right) if matching.group == "left" else (node.right, node.left)
    return log_values(one if label in matching.include else many, label)


def _is_number(node: Metric) -> bool:
    """Whether it is a number and no vector."""
    if isinstance(node, Binary):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, Number) and not node.is_vector
