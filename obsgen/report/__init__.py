"""Ways to tell a result: one module per format, with a function `render(report, options)`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from obsgen.report.options import Options

if TYPE_CHECKING:
    from obsgen.checks import Report

__all__ = ["Options", "formats", "render"]

_NOT_FORMATS = frozenset(("__init__", "options", "printable", "sources"))


@cache
def formats() -> tuple[str, ...]:
    """The names of all formats."""
    names = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return tuple(sorted(name for name in names if name not in _NOT_FORMATS))


def render(name: str, report: Report, options: Options | None = None) -> str:
    """A result in the format of that name, one of `formats()`, ending in a line break unless empty."""
    text: str = import_module(f"{__package__}.{name}").render(report, options or Options())
    return text
