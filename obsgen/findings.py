"""What obsgen says about files: findings, their severity and their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self, TypeVar

from obsgen.leaks import masked, without

T = TypeVar("T")
R = TypeVar("R")


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
class Note:
    """A further place that explains a finding, such as the selector that overlooks a monitor."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Fix:
    """A replacement that is certain to be meant: at `place` stands `old`, and `new` belongs there.

    Both are as the value says them; quotes, escapes and indentation of the file are added when it is written.
    """

    place: Place
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation: a stable id such as `profile/unit`, what is wrong, where, and what to type instead."""

    id: str
    severity: Severity
    message: str
    place: Place
    hint: str = ""
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None

    @property
    def can_be_fixed(self) -> bool:
        """Whether its fix is for the file in which it is told; what was rendered from that is not written to."""
        return self.fix is not None and self.fix.place.file == self.place.file

    @property
    def sort_key(self) -> tuple[Place, int, str, str, str]:
        """Orders findings as a reader walks through files."""
        return (self.place, self.severity.rank, self.id, self.message, self.hint)


_CREDENTIALS = re.compile(r"(://)[^/\s:@]*:[^/\s@]+(?=@)")


def redacted(text: str) -> str:
    """A text without keys and tokens, and without the credentials that a URL in it carries."""
    return _CREDENTIALS.sub(r"\1***", masked(text, "***"))


def scrubbed(finding: Finding, secrets: Iterable[str]) -> Finding:
    """A finding that quotes none of the secrets; a fix that would is left out."""
    secrets = tuple(secrets)
    return replace(
        finding,
        message=without(finding.message, secrets),
        hint=without(finding.hint, secrets),
        notes=tuple(replace(note, message=without(note.message, secrets)) for note in finding.notes),
        fix=finding.fix if finding.fix and _is_open(finding.fix, secrets) else None,
    )


def _is_open(fix: Fix, secrets: tuple[str, ...]) -> bool:
    """Whether a fix quotes none of the secrets."""
    return all(without(text, secrets) == text for text in (fix.old, fix.new))


class ObsgenError(Exception):
    """Root of all errors that are the input's fault; anything else that escapes is a bug in obsgen."""


class InputError(ObsgenError):
    """Bad input, told as findings: every fault found, once each; without any, the cause is told elsewhere."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        # Environments repeat the profile's faults, some with other names in the hint: the first one is told.
        once: dict[tuple[str, Place, str], Finding] = {}
        for each in findings:
            once.setdefault((each.id, each.place, each.message), each)
        self.findings = tuple(sorted(once.values(), key=lambda finding: finding.sort_key))
        super().__init__("\n".join(f"{f.place}: {f.severity}[{f.id}]: {f.message}" for f in self.findings))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Finding, ...]]]:
        return InputError, (self.findings,)  # so that it gets from one process to another


def error(check: str, message: str, place: Place, hint: str = "") -> Finding:
    """Short for a finding of severity error."""
    return Finding(check, Severity.ERROR, message, place, hint)


class Faults:
    """Collects what is wrong over many steps, so that all of it is told at once.

    Leaving the block raises one InputError with every finding of the steps that failed inside it.
    """

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self.findings = list(findings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, InputError):
            self.findings += problem.findings
        if self.findings and (problem is None or isinstance(problem, InputError)):
            raise InputError(self.findings) from None

    def check(self) -> None:
        """Ends the block here if anything is wrong."""
        if self.findings:
            raise InputError(self.findings)

    def attempt(self, step: Callable[[], T], otherwise: R) -> T | R:
        """What the step gives; where it fails its findings are kept, and the other value is given."""
        try:
            return step()
        except InputError as problem:
            self.findings += problem.findings
            return otherwise

    def each(self, items: Iterable[T], work: Callable[[T], R]) -> list[R]:
        """The results for all items on which the work does not fail."""
        results: list[R] = []
        for item in items:
            try:
                results.append(work(item))
            except InputError as problem:
                self.findings += problem.findings
        return results
