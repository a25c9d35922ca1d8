"""histogram_quantile() over series that are no buckets: it yields nothing, or a number without a meaning."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql.labels import input_of
from obsgen.repository import Repository

ID = "type/quantile-of-no-buckets"
LEVEL = 4
SEVERITY = Severity.ERROR

_FUNCTIONS = frozenset(("histogram_quantile", "histogram_quantiles", "histogram_fraction"))
_WHAT = {"quantile": "a quantile already, of a summary", "info": "information"}


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the call; what the series is, is known."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            series = input_of(node) if node.name in _FUNCTIONS else None
            reading = meaning.of(series) if series is not None else None
            stored = {row.stored_type for row in reading.series} if reading else set()
            if reading and stored and "bucket" not in stored and all(row.type != "histogram" for row in reading.series):
                row = reading.series[0]
                what = _WHAT.get(row.stored_type, f"a {row.stored_type}")
                message = f"{node.name}() of {row.name}, which is {what}: there is no le"
                yield Finding(ID, SEVERITY, message, meaning.place(node), _hint(row.stored_type))


def _hint(stored: str) -> str:
    if stored == "quantile":
        return "show it as it is, with max over several servers"
    return "take it of a histogram's buckets; a counter of time by a counter of requests gives the mean"
