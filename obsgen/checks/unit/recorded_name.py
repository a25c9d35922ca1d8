"""Recorded series whose names state another unit than their values have: `_bytes` of MiB, `_ratio` of percentages."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.knowledge.dimensions import Dimension, of_unit
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Meaning
from obsgen.units import number_text

ID = "unit/recorded-name"
LEVEL = 4
SEVERITY = Severity.WARNING

_STATED = {
    "seconds": of_unit("seconds"),
    "milliseconds": of_unit("seconds", 1e-3),
    "ms": of_unit("seconds", 1e-3),
    "bytes": of_unit("bytes"),
    "celsius": of_unit("celsius"),
    "watts": of_unit("watts"),
    "joules": of_unit("joules"),
    "hertz": of_unit("hertz"),
}
_SHARES = {"ratio": 1.0, "percent": 0.01}


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the name: whoever asks for it goes by what it says."""
    for meaning in repository.meanings:
        rule = meaning.expression.rule if meaning.expression.kind == "record" else None
        fault = _fault(meaning, rule.name) if rule else ""
        if rule and fault:
            hint = "bring the expression into the unit of the name, or name the unit that it has"
            yield Finding(ID, SEVERITY, fault, rule.located.place(("record",)), hint)


def _fault(meaning: Meaning, name: str) -> str:
    reading = meaning.of(meaning.root)
    word, real = name.replace(":", "_").rpartition("_")[2], reading.dimension
    if real is None or not reading.series:
        return ""
    of = reading.series[0].metric
    if word in _SHARES:
        stated = Dimension((), _SHARES[word])
        wrong = bool(real.powers) or (reading.is_share and not real.as_large(stated))
        return f"{name} says {word}, and the values are {_told(real)} ({of})" if wrong else ""
    said = _STATED.get(word)
    if said is None or not real.powers:
        return ""
    if said.powers != real.powers:
        return f"{name} says {word}, and the values are {_told(real)} ({of})"
    times = number_text(real.factor / said.factor)
    return "" if said.as_large(real) else f"{name} says {word}, and 1 of {of} is {times} of them"


def _told(real: Dimension) -> str:
    return str(real) if real.powers else "percentages" if real.factor != 1 else "shares"
