"""Validation of any files: one module per check, a repository that they all read, and the result."""

from obsgen.checks.result import Counts, LevelCount, Report, Suppressed, ToolUse
from obsgen.checks.runner import ToolMode, validate
from obsgen.repository import Repository, read_repository

__all__ = [
    "Counts",
    "LevelCount",
    "Report",
    "Repository",
    "Suppressed",
    "ToolMode",
    "ToolUse",
    "read_repository",
    "validate",
]
