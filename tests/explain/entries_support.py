"""A made-up component, and those that come with obsgen, as they are explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from obsgen.components.catalogue import Catalogue, ComponentFolder, catalogue
from obsgen.explain.catalogue import explain

OWN = Path(__file__).parent / "components"
SHIPPED = catalogue()
MORE = "more signals, explained by their names"


def explained(what: str) -> str:
    return explain(what, [OWN])


def part(text: str, title: str) -> list[str]:
    """The lines of one titled part."""
    lines = text.split("\n")
    start = lines.index(title) + 1
    return [line.strip() for line in lines[start : (*lines, "").index("", start)]]


def each(names: Callable[[ComponentFolder], Iterable[str]]) -> list[str]:
    return sorted({name for folder in SHIPPED.all() for name in names(folder)})


@cache
def shipped(explainer: Callable[[str, Catalogue], Iterable[str]], what: str) -> str:
    return "\n".join(explainer(what, SHIPPED))
