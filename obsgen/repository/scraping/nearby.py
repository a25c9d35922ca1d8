"""Services and Pods that somebody may have meant: almost the labels that are selected, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

from obsgen.signalpath.exporters import Service, Workload
from obsgen.signalpath.selectors import Labels, Requirement, unmet

Item = Service | Workload
_ALIKE = 0.75
_FIGURES = re.compile(r"\d+")


def nearest(selector: Any, items: Iterable[Item]) -> tuple[Item, Requirement] | None:
    """The item whose labels miss a selector by a slip alone, and the condition that it misses."""
    for item in items:
        lost = unmet(selector, item.labels)
        if lost and all(_is_slip(each, item.labels) for each in lost):
            return item, lost[0]
    return None


def _is_slip(wanted: Requirement, labels: Labels) -> bool:
    """Whether a label is there with a value that is written almost so, or its value under another key."""
    if wanted.operator != "In":
        return False
    if any(alike(each, labels.get(wanted.key, "")) for each in wanted.values):
        return True
    return wanted.key not in labels and any(each in labels.values() for each in wanted.values)


def alike(one: str, other: str) -> bool:
    """Whether two words are written almost so; those that differ in figures alone are meant."""
    by_figures = one != other and _FIGURES.sub("", one) == _FIGURES.sub("", other)
    return bool(one and other) and not by_figures and SequenceMatcher(None, one, other).ratio() >= _ALIKE
