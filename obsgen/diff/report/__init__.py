"""A difference for people and machines: one module for each form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from obsgen.diff.telling import Told
from obsgen.findings import Finding, InputError, ObsgenError, scrubbed
from obsgen.report.sources import reader


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


def refused(form: str, problem: ObsgenError) -> str:
    """In forms that somebody shows elsewhere, that nothing could be compared, and why; empty in others."""
    tell: Callable[[ObsgenError], str] | None
    tell = getattr(import_module(f"{__package__}.{form}"), "refused", None)
    return tell(problem) if tell else ""


def faults(problem: ObsgenError) -> list[Finding]:
    """What is wrong, without the secrets that the files hold; none where there is no more than a text."""
    found = problem.findings if isinstance(problem, InputError) else ()
    read = reader(found)
    return [scrubbed(each, read(each.place.file).secrets) for each in found]
