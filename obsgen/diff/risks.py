"""Risks by the words in which they are told."""

from __future__ import annotations

from obsgen.diff.model import Risk
from obsgen.findings import ObsgenError
from obsgen.hints import nearest, plain

_FORMER = {"stops paging": Risk.STOPS_PAGING}
"""What else a risk is called."""


def flag(risk: Risk) -> str:
    """A risk as people type it, without blanks: `may-stop-paging`."""
    return risk.replace(" ", "-")


def counted(risk: Risk, count: int) -> str:
    """A risk of so many: `needs review` of one, `need review` of two."""
    head, _, tail = risk.partition(" ")
    return risk if count == 1 or not tail or head == "may" else f"{head.removesuffix('s')} {tail}"


def risk_of(words: str) -> Risk:
    """The risk that some words stand for, as it is shown or with hyphens. ObsgenError if there is none of that name."""
    known = {plain(word): risk for risk in Risk for word in (risk, counted(risk, 2))}
    known |= {plain(word): risk for word, risk in _FORMER.items()}
    found = known.get(plain(words))
    if found is None:
        raise ObsgenError(f"'{words}' is no risk: {nearest(words, map(flag, Risk))}")
    return found
