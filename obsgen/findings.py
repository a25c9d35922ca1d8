"""What obsgen says about files: findings, their severity and their place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How certain and how bad a finding is; severity follows certainty."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for errors, growing as findings matter less."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a text file; line and column count from 1, length is in characters."""

    file: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation: a stable id such as `profile/unit`, what is wrong, where, and what to type instead."""

    id: str
    severity: Severity
    message: str
    place: Place
    hint: str = ""

    @property
    def sort_key(self) -> tuple[Place, int, str, str]:
        """Orders findings as a reader walks through files."""
        return (self.place, self.severity.rank, self.id, self.message)


_CREDENTIALS = re.compile(r"(://)[^/\s:@]*:[^/\s@]+(?=@)")


def redacted(text: str) -> str:
    """A text without the credentials that a URL in it carries."""
    return _CREDENTIALS.sub(r"\1***", text)


class ObsgenError(Exception):
    """Root of all errors that are the input's fault; anything else that escapes is a bug in obsgen."""


class InputError(ObsgenError):
    """Bad input, told as findings: every fault found, not the first one."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(set(findings), key=lambda finding: finding.sort_key))
        super().__init__("\n".join(f"{f.place}: {f.severity}[{f.id}]: {f.message}" for f in self.findings))


def error(check: str, message: str, place: Place, hint: str = "") -> Finding:
    """Short for a finding of severity error."""
    return Finding(check, Severity.ERROR, message, place, hint)
