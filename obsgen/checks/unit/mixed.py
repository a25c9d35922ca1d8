"""Values of different units that are added, subtracted or compared with each other."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.dimensions import of_unit
from obsgen.knowledge.reading import Sort
from obsgen.promql import Node
from obsgen.promql.values import COMPARISONS, filters
from obsgen.repository import Repository
from obsgen.repository.queries.asked import with_parents
from obsgen.repository.queries.meanings import Meaning
from obsgen.units import number_text

ID = "unit/mixed"
LEVEL = 4
SEVERITY = Severity.ERROR

_BYTES = of_unit("bytes")
_OPERATORS = COMPARISONS | {"+", "-", "or"}


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the operator; of both sides the unit is known."""
    for meaning in repository.meanings:
        for node, above in with_parents(meaning.root):
            fault = _fault(meaning, node) if node.kind == "binary" and node.name in _OPERATORS else None
            if node.kind == "binary" and node.name == "*" and not _is_converted(meaning, above):
                fault = _price(meaning, node)
            if fault:
                yield Finding(ID, SEVERITY, fault[0], meaning.place(node), fault[1])


def _is_converted(meaning: Meaning, above: tuple[Node, ...]) -> bool:
    """Whether a product is divided by a number later on."""
    return any(each.name == "/" and meaning.of(each.children[1]).value is not None for each in above)


def _price(meaning: Meaning, node: Node) -> tuple[str, str] | None:
    """A price of something larger than what it is multiplied with."""
    for price, amount in (node.children, node.children[::-1]):
        row, of = next(iter(meaning.of(price).series), None), meaning.of(amount).dimension
        scaled = row and row.unit.startswith("usd/") and row.scale < 1 and meaning.of(price).unit == row.unit
        if row and scaled and of and of.powers == _BYTES.powers and of.as_large(_BYTES):
            times = number_text(round(1 / row.scale))
            return f"{row.name} is the price of {times} bytes, and is multiplied with bytes", f"divide by {times}"
    return None


def _fault(meaning: Meaning, node: Node) -> tuple[str, str] | None:
    left, right = map(meaning.of, node.children)
    one, two = left.dimension, right.dimension
    if one is None or two is None or Sort.NUMBER in (left.sort, right.sort) or not (left.series and right.series):
        return None
    if node.name == "or" and all(map(filters, node.children)):
        return None  # two faults that one alert is about
    names = left.series[0].name, right.series[0].name
    sides = "both sides" if names[0] == names[1] else f"{names[0]} and {names[1]}"
    if not one.measures(two):
        message = f"'{node.name}' joins {one} with {two}: {sides} measure different things"
        return message, "compare like with like: a rate with a rate, bytes with bytes"
    if one.powers == two.powers and not one.as_large(two):
        times = number_text(max(one.factor, two.factor) / min(one.factor, two.factor))
        message = f"'{node.name}' joins units that differ by a factor of {times}: {sides}"
        return message, f"multiply the side in the larger unit by {times}"
    return None
