"""Panels that show a counter as it is: the sum since its process began, which a restart throws away."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import COUNTING
from obsgen.promql import Node
from obsgen.repository import Repository

ID = "type/raw-counter"
LEVEL = 4
SEVERITY = Severity.WARNING

_GROWTH = frozenset(("rate", "irate", "increase", "delta", "idelta"))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the query of a panel whose result is a counter; somebody may want to see restarts."""
    for meaning in repository.meanings:
        reading = meaning.of(meaning.root)
        raw = reading.sort in COUNTING and not _grows(meaning.root)
        if meaning.expression.kind == "panel" and raw and reading.series:
            name = reading.series[0].name
            message = f"{name} is a counter: what it shows begins anew with every restart"
            hint = f"increase({name}[$__range]) for how many, rate({name}[$__rate_interval]) for how fast"
            place = meaning.expression.place(meaning.root.start, meaning.root.length)
            yield Finding(ID, SEVERITY, message, place, hint)


def _grows(root: Node) -> bool:
    """Whether a function has made growth of it; buckets stay buckets all the same."""
    return any(node.name in _GROWTH for node in root.walk())
