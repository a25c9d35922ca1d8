"""What a validation found: findings, and counts that hide nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from obsgen.findings import Finding, Place, Severity
from obsgen.repository.files import Unread
from obsgen.repository.objects import Located, lines_of


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How one level went: what was looked at, how much of it has errors, what was skipped and is listed.

    A level that is not judged had nothing to judge.
    """

    level: int
    name: str
    checked: int
    failed: int
    skipped: int = 0
    judged: bool = True

    @property
    def passed(self) -> int:
        """What was looked at and has no error."""
        return self.checked - self.failed


@dataclass(frozen=True, slots=True, order=True)
class Assumption:
    """What lies outside of the files and is taken for true, and the place that it is about."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A real tool: the version that ran, or None and in the note why it did not."""

    name: str
    version: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Where checks of our own have told of errors: what a real tool says of the same is no news."""

    lines: frozenset[tuple[str, int]]
    files: frozenset[str]

    def of_part(self, part: Located) -> bool:
        """Whether an error stands in a line of this part, wherever its parts were written."""
        return any((place.file, place.line) in self.lines for place in lines_of(part))

    def of_file(self, file: str) -> bool:
        """Whether an error stands in this file."""
        return file in self.files


def told(findings: Iterable[Finding]) -> Told:
    """Where the errors among the findings stand."""
    places = [finding.place for finding in findings if finding.severity == Severity.ERROR]
    return Told(frozenset((one.file, one.line) for one in places), frozenset(one.file for one in places))


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there was to look at."""

    files: int = 0
    objects: int = 0
    rules: int = 0
    panels: int = 0


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that somebody allows: why, until which day (empty: for good), and where it is allowed."""

    finding: Finding
    reason: str
    until: str
    place: Place


@dataclass(frozen=True, slots=True)
class Report:
    """The whole result of a validation; findings are unique and in the order of their places.

    What is `suppressed` is not among the findings.
    """

    findings: tuple[Finding, ...]
    levels: tuple[LevelCount, ...] = ()
    tools: tuple[ToolUse, ...] = ()
    counts: Counts = field(default_factory=Counts)
    unread: tuple[Unread, ...] = ()
    seconds: float = 0.0
    suppressed: tuple[Suppressed, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def count(self, severity: Severity) -> int:
        """How many findings have a severity."""
        return sum(finding.severity == severity for finding in self.findings)
