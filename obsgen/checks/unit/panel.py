"""Panels whose unit is not that of the query: milliseconds for seconds, percent for a share."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.dimensions import Dimension, of_unit
from obsgen.knowledge.grafana_units import DIMENSIONS, SHARES, fitting
from obsgen.knowledge.reading import Reading
from obsgen.promql import Node
from obsgen.promql.labels import is_vector
from obsgen.repository import Repository
from obsgen.repository.objects import Located
from obsgen.repository.queries.meanings import Meaning
from obsgen.units import number_text

ID = "unit/panel"
LEVEL = 4
SEVERITY = Severity.ERROR

_TIME = of_unit("seconds").powers
_UNIT = ("fieldConfig", "defaults", "unit")


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the panel's unit; panels in which some fields have a unit of their own are not judged."""
    for meaning in repository.meanings:
        panel = meaning.expression.panel
        unit = panel.at(*_UNIT).value if panel and not _has_exceptions(panel) else None
        fault = _fault(meaning, str(unit)) if isinstance(unit, str) else None
        if panel and fault:
            yield Finding(ID, SEVERITY, fault[0], panel.place(_UNIT), fault[1])


def _has_exceptions(panel: Located) -> bool:
    properties = (each.at("properties").items() for each in panel.at("fieldConfig", "overrides").items())
    return any(one.at("id").value == "unit" for each in properties for one in each)


def _fault(meaning: Meaning, unit: str) -> tuple[str, str] | None:
    reading = meaning.of(meaning.root)
    dimension = reading.dimension
    if dimension is None or not reading.series:
        return None
    name = reading.series[0].metric
    if unit in SHARES:
        return _of_share(reading, dimension, unit, name)
    shown = DIMENSIONS.get(unit)
    if shown and shown.powers == _TIME and not dimension.powers and _is_rate_of_time(meaning.root, reading):
        message = f"unit {unit} shows a time, the query gives seconds of {name} a second, over all requests"
        return message, "divide by the rate of requests for the mean; write unit: percentunit for the share of time"
    if shown is None or not shown.powers or not dimension.powers:
        return None
    better = f"write unit: {' or '.join(fitting(dimension)[:2])}" if fitting(dimension) else ""
    if shown.powers != dimension.powers:
        return f"unit {unit} shows {shown}, the query gives {dimension} ({name})", better
    if not shown.as_large(dimension):
        times = _times(shown.factor, dimension.factor)
        return f"unit {unit} reads {name} {times} times too {_size(shown, dimension)}", better
    return None


def _is_rate_of_time(root: Node, reading: Reading) -> bool:
    """Whether a result is the growth of a counter of time alone, not divided by that of anything."""
    vectors = [each for each in root.walk() if each.kind == "binary" and all(map(is_vector, each.children))]
    timed = all(of_unit(row.unit, row.scale).powers == _TIME and row.part != "_count" for row in reading.series)
    return timed and not vectors and any(each.name in ("rate", "irate") for each in root.walk())


def _of_share(reading: Reading, dimension: Dimension, unit: str, name: str) -> tuple[str, str] | None:
    if dimension.powers:
        return f"unit {unit} shows a share, the query gives {dimension} ({name})", _write(dimension)
    right = next((each for each, one in SHARES.items() if abs(one - dimension.factor) < 1e-9), "")
    if reading.is_share and right and right != unit:
        return (
            f"unit {unit} reads {name} 100 times too {'small' if unit == 'percent' else 'large'}",
            f"write unit: {right}",
        )
    return None


def _write(dimension: Dimension) -> str:
    units = fitting(dimension)
    return f"write unit: {units[0]}" if units else ""


def _times(one: float, two: float) -> str:
    return number_text(round(max(one, two) / min(one, two), 3))


def _size(shown: Dimension, real: Dimension) -> str:
    return "large" if shown.factor > real.factor else "small"
