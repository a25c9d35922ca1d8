"""A difference for people and machines: one module for each form."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from obsgen.diff.difference import Difference


@dataclass(frozen=True)
class Options:
    """How it is told. `against` says what the trees are compared with."""

    verbose: bool = False
    colour: bool = False
    against: str = ""


def render(form: str, difference: Difference, options: Options) -> str:
    """The difference in a form: text, markdown, json, github."""
    text: str = import_module(f"{__package__}.{form}").render(difference, options)
    return text
