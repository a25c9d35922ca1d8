"""A difference for people and machines: one module for each form."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from obsgen.diff.telling import Told


@dataclass(frozen=True)
class Options:
    """How it is told: with everything, or with the last line alone; in how many columns, if there is an end to them."""

    verbose: bool = False
    quiet: bool = False
    colour: bool = False
    width: int | None = None


def render(form: str, told: Told, options: Options | None = None) -> str:
    """The difference in a form: text, markdown, json, github. It ends in a line break unless it is empty."""
    text: str = import_module(f"{__package__}.{form}").render(told, options or Options())
    return text
