"""When a rule fires, in words: its expression as a sentence that a person can read at night."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import promql_parser as pq

from obsgen.knowledge.inventory import Known
from obsgen.promql import Node
from obsgen.promql.labels import input_of
from obsgen.promql.values import COMPARISONS
from obsgen.repository.queries.expressions import Expression, LogText
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.rules import Rule

_LONGEST = 150
_OF_PLACE = frozenset(("cluster", "namespace", "job", "container", "stack", "instance", "le"))
"""Labels that say where something runs, and not what is asked."""
_UNITS = {
    "seconds": " s",
    "bytes": " B",
    "celsius": " °C",
    "watts": " W",
    "joules": " J",
    "tokens/s": " tokens/s",
    "usd": " USD",
    "usd/day": " USD a day",
    "usd/hour": " USD an hour",
}
_OVER_TIME = {
    "avg_over_time": "mean",
    "max_over_time": "highest",
    "min_over_time": "lowest",
    "sum_over_time": "sum of",
    "last_over_time": "last",
    "quantile_over_time": "quantile of",
    "count_over_time": "samples of",
}
_GROWTH = {"rate": "per second", "irate": "per second", "deriv": "growth per second"}
_INCREASE = {"increase": "increase of", "delta": "change of", "changes": "changes of", "resets": "restarts of"}
_AGGREGATES = {"sum": "", "avg": "mean", "max": "highest", "min": "lowest", "count": "number of", "group": ""}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the nodes of one expression into words; `known` is what is known of a series."""

    text: str
    known: Callable[[Node], Known | None]

    def words(self, node: Node) -> str:
        """A node in words."""
        match node.kind:
            case "selector":
                return self._selector(node)
            case "call":
                return self._call(node)
            case "aggregate":
                return _joined(_AGGREGATES.get(node.name, node.name), self.words(node.children[-1]))
            case "binary":
                return self._binary(node)
            case "unary":
                return f"-{self.words(node.children[0])}"
            case "number" if isinstance(node.raw, pq.NumberLiteral):
                return f"{node.raw.val:.6g}"
            case "string":
                return self.text[node.start : node.start + node.length]
        return self.words(node.children[0]) if node.children else self.text

    def _selector(self, node: Node) -> str:
        row = self.known(node)
        name = node.name or "series"
        if row and row.component:
            name = row.signal.replace("_", " ") + {"_count": " count", "_sum": " sum"}.get(row.part, "")
        raw = node.raw
        matchers = raw.matchers.matchers if isinstance(raw, pq.VectorSelector) else ()
        told = [f"{m.name}={m.value}" for m in matchers if self._counts(m.name, m.op, row)]
        return f"{name} ({', '.join(told[:2])})" if told else name

    def _counts(self, label: str, operator: object, row: Known | None) -> bool:
        """Whether a matcher says something of what is meant, and is not part of the signal's own meaning."""
        own = row is not None and (label in row.match or label in row.match_not)
        return label not in _OF_PLACE and label != "__name__" and operator == pq.MatchOp.Equal and not own

    def _call(self, node: Node) -> str:
        inner = input_of(node)
        if inner is None:
            return f"{node.name}()" if not node.children else self.words(node.children[-1])
        what = self.words(inner)
        over = _range(inner)
        if node.name == "histogram_quantile" and isinstance(node.children[0].raw, pq.NumberLiteral):
            return f"p{node.children[0].raw.val * 100:g} {what.removesuffix(' per second')}"
        if node.name in ("absent", "absent_over_time"):
            return f"no {what}"
        if node.name in _GROWTH:
            return f"{what} {_GROWTH[node.name]}"
        if node.name in _INCREASE:
            return f"{_INCREASE[node.name]} {what} in {over}"
        if node.name in _OVER_TIME:
            return f"{_OVER_TIME[node.name]} {what} over {over}"
        return what

    def _binary(self, node: Node) -> str:
        left, right = node.children
        if node.name in COMPARISONS:
            return self._comparison(node.name, left, right)
        one, other = self.words(left), self.words(right)
        if node.name in ("and", "or", "unless"):
            return f"{one} {node.name} {other}"
        brackets = [f"({each})" if _is_sum(child) else each for each, child in ((one, left), (other, right))]
        return f"{brackets[0]} {node.name} {brackets[1]}"

    def _comparison(self, operator: str, left: Node, right: Node) -> str:
        if isinstance(right.raw, pq.NumberLiteral):
            return f"{self.words(left)} {operator} {self._limit(left, right.raw.val)}"
        return f"{self.words(left)} {operator} {self.words(right)}"

    def _limit(self, side: Node, value: float) -> str:
        """A limit in the unit of what is compared, where that is one series alone and no ratio."""
        units = {row.unit for each in side.walk() if each.kind == "selector" and (row := self.known(each))}
        calls = {each.name for each in side.walk() if each.kind == "call"}
        if any(each.kind == "binary" for each in side.walk()):
            is_mean = any(each.name.endswith("_sum") for each in side.walk() if each.kind == "selector")
            return f"{value * 100:.6g} %" if _is_share(side) and not is_mean and 0 < value <= 1 else f"{value:.6g}"
        if (len(units) == 1 and not calls & (_GROWTH.keys() | _INCREASE.keys())) or "histogram_quantile" in calls:
            unit = next(iter(units), "")
            return f"{value * 100:.6g} %" if unit == "ratio" and value <= 1 else f"{value:.6g}{_UNITS.get(unit, '')}"
        return f"{value:.6g}"


def _is_share(node: Node) -> bool:
    """Whether a side of a comparison divides one thing by another."""
    while node.kind in ("paren", "aggregate"):
        node = node.children[-1]
    return node.kind == "binary" and node.name == "/"


def _is_sum(node: Node) -> bool:
    while node.kind == "paren":
        node = node.children[0]
    return node.kind == "binary"


def _range(node: Node) -> str:
    """The range that stands around a selector, as text; empty if there is none."""
    raw = node.raw
    found = getattr(raw, "range", None)
    seconds = found.total_seconds() if found is not None else 0
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds and not seconds % size:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s" if seconds else "its range"


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def fires(rule: Rule, expression: Expression | LogText | None, lookups: list[Lookup]) -> str:
    """When an alert fires, in words, with how long it waits and what it tells apart."""
    wait = str(rule.value.get("for") or "")
    what = _condition(rule, expression, lookups)
    if isinstance(expression, Expression) and expression.query and not expression.query.selectors():
        return "always fires"
    root = expression.query.root if isinstance(expression, Expression) and expression.query else None
    return f"fires when {what}" + (f" for {wait}" if wait and wait != "0s" else "") + (_per(root) if root else "")


def _condition(rule: Rule, expression: Expression | LogText | None, lookups: list[Lookup]) -> str:
    if isinstance(expression, Expression) and expression.query:
        rows = {id(each.node): next(iter(each.verdict.rows), None) for each in lookups}
        reader = _Reader(expression.query.text, lambda node: rows.get(id(node)))
        found = reader.words(expression.query.root)
        if len(found) <= _LONGEST:
            return found
    summary = str((rule.value.get("annotations") or {}).get("summary") or "") if _has_annotations(rule) else ""
    return summary if summary and "{{" not in summary else shortened(rule.expr)


def _has_annotations(rule: Rule) -> bool:
    return isinstance(rule.value.get("annotations"), dict)


def _per(root: Node) -> str:
    """The labels that the outermost aggregation keeps, besides those of every target."""
    first = next((each for each in root.walk() if each.kind == "aggregate"), None)
    modifier = first.raw.modifier if first and isinstance(first.raw, pq.AggregateExpr) else None
    if modifier is None or "By" not in str(modifier.type):
        return ""
    labels = [each for each in modifier.labels if each not in _OF_PLACE]
    return f", per {', '.join(labels[:4])}" if labels else ""


def shortened(text: str) -> str:
    """An expression in one line, cut where it is long."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
