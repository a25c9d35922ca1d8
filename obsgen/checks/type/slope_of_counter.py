"""deriv() and delta() over counters: a restart makes a great fall of it."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.reading import COUNTING
from obsgen.promql.labels import input_of
from obsgen.repository import Repository

ID = "type/slope-of-counter"
LEVEL = 4
SEVERITY = Severity.ERROR

_INSTEAD = {"deriv": "rate", "delta": "increase", "idelta": "increase", "predict_linear": "rate"}


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the series, whose type is known."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            series = input_of(node) if node.name in _INSTEAD else None
            if series is not None and series.kind == "range" and meaning.of(series).sort in COUNTING:
                selector = series.children[0]
                message = f"{node.name}() of {selector.name}, a counter: when its process restarts, it falls to 0"
                yield Finding(ID, SEVERITY, message, meaning.place(selector), f"use {_INSTEAD[node.name]}(…)")
