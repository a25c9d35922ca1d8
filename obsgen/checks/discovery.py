"""The checks there are: every module in a folder of this package."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

from obsgen.checks.result import Assumption, Told
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.tools import Tool


class Check(Protocol):
    """A check's module; `SEVERITY` is the worst that it gives."""

    ID: str
    LEVEL: int
    SEVERITY: Severity

    def check(self, repository: Repository) -> Iterator[Finding]:
        """Everything that it finds."""


class ToolCheck(Protocol):
    """A check's module that runs the real tool named in `TOOL`."""

    ID: str
    LEVEL: int
    SEVERITY: Severity
    TOOL: str

    def check(self, repository: Repository, tool: Tool, told: Told) -> Iterator[Finding]:
        """What the tool finds and nobody has told, at its place in the files."""

    def work(self, repository: Repository) -> int:
        """How many things it would hand to its tool."""


def tool_checks() -> list[ToolCheck]:
    """The checks that run a real tool, in the order of their modules' names."""
    return [cast(ToolCheck, module) for module in _modules() if hasattr(module, "TOOL")]


def plain_checks() -> list[Check]:
    """The checks that need nothing but obsgen, in the order of their modules' names."""
    return [cast(Check, module) for module in _modules() if not hasattr(module, "TOOL")]


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """What checks take for true since it lies outside of the files: modules with a function `assumptions` tell."""
    for module in _modules():
        yield from getattr(module, "assumptions", lambda _: ())(repository)


@cache
def _modules() -> tuple[ModuleType, ...]:
    folder = Path(__file__).parent
    found = sorted((path.parent.name, path.stem) for path in folder.glob("*/[a-z]*.py"))
    return tuple(import_module(f"{__package__}.{group}.{name}") for group, name in found)
