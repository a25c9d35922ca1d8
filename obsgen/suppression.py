"""Findings that somebody has looked at and allows: which, where, why and, if they like, until when.

In YAML a comment says so, on the line or above it; a profile and files of kind Facts have entries for what has no
comments. This module reads both; what they apply to is worked out in `obsgen.checks.allowances`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from obsgen import explain
from obsgen.components.fields import Strict, refusal
from obsgen.findings import Finding, Place, error
from obsgen.hints import nearest
from obsgen.report.printable import printable

INVALID, NO_REASON = "suppression/invalid", "suppression/no-reason"
FORM = "# obsgen: allow ID - reason (until YYYY-MM-DD)"

_HIDING = frozenset(("file", "json", "kustomize", "suppression", "yaml"))
_HIDE = frozenset(("object/no-kind", "object/wrong-type", "tool/missing"))
_HIDE_NOTHING = frozenset((
    *("kustomize/deprecated-field", "kustomize/orphan", "kustomize/unknown-field", "kustomize/unsupported"),
    "yaml/trap11",
))  # fmt: skip
"""What cannot be read or built is not checked any further: findings of these groups, but for a few, hide others."""

_COMMENT = re.compile(r"(?:^|(?<=\s))#[ \t]*obsgen:[ \t]*allow\b[ \t]*(?P<rest>.*)")
_REST = re.compile(
    r"(?P<ids>[\w-]+/[\w-]+(?:[ \t]*,[ \t]*[\w-]+/[\w-]+)*)[ \t]*(?P<reason>.*?)[ \t]*"
    r"(?:\([ \t]*until\b[ \t]*(?P<until>[^()]*)\))?[ \t]*"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _known_id(check: str) -> str:
    problem = fault_of(check)
    if problem:
        raise refusal(INVALID, *problem)
    return check


def _day(text: str) -> str:
    if as_date(text) is None:
        raise refusal(INVALID, f"'{text}' is no day", "write it as 2027-01-31")
    return text


class Allowed(Strict):
    """A finding that is allowed: its id, one place, a reason, and the last day on which it holds."""

    id: Annotated[str, AfterValidator(_known_id)] = Field(
        description="the finding, as reports name it", examples=["promql/comparison"]
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)] = Field(
        description="why it is right as it is; reports show it"
    )
    object: Annotated[str, StringConstraints(pattern=r"^\w+(/[\w.:-]+){1,2}$")] | None = Field(
        None, description="everything in an object: Kind/name or Kind/namespace/name", examples=["Service/ml/chat"]
    )
    file: Annotated[str, StringConstraints(min_length=1)] | None = Field(
        None, description="everything in files, by their path from here; * is anything", examples=["dashboards/*.json"]
    )
    alert: Annotated[str, StringConstraints(min_length=1)] | None = Field(
        None, description="everything in the rules of an alert, or of a recorded series, by its name"
    )
    until: Annotated[str, AfterValidator(_day)] | None = Field(
        None, description="the last day on which it holds", examples=["2027-01-31"]
    )

    @model_validator(mode="after")
    def _one_place(self) -> Allowed:
        if sum(each is not None for each in (self.object, self.file, self.alert)) != 1:
            raise refusal(INVALID, "one of object, file and alert says where", "add file: …, and leave out the others")
        return self


class Validation(Strict):
    """What is allowed in a tree though `obsgen validate` would tell of it."""

    allow: tuple[Allowed, ...] = Field((), description="findings that somebody has looked at, each with a reason")


@dataclass(frozen=True, slots=True)
class Allowance:
    """One finding that a comment allows in lines `first` to `last` of its file; `place` is where its id is written."""

    id: str
    place: Place
    reason: str
    until: date | None
    first: int = 0
    last: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all that it speaks of is looked at: the file has been read."""
        return True

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is this one, here."""
        place = finding.place
        return finding.id == self.id and place.file == self.place.file and self.first <= place.line <= self.last


def as_date(text: str) -> date | None:
    """The day that a text names as 2027-01-31."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


@cache
def fault_of(check: str) -> tuple[str, str] | None:
    """Why an id cannot be allowed, and a hint; None if it can."""
    if check not in explain.ids():
        return f"there is no finding '{check}'", nearest(check, list(explain.ids())) or "obsgen explain checks"
    if check in _HIDE or (check.partition("/")[0] in _HIDING and check not in _HIDE_NOTHING):
        return f"{check} cannot be allowed: what it is told of is not checked any further", "correct it"
    return None


def comments(text: str, file: str) -> tuple[list[Allowance], list[Finding]]:
    """What the comments of a YAML text allow, and what is wrong with them."""
    allowances: list[Allowance] = []
    findings: list[Finding] = []
    lines = text.split("\n") if "obsgen:" in text else []
    for index, line in enumerate(lines):
        match = _COMMENT.search(line)
        if match:
            allowed = _REST.fullmatch(match["rest"].rstrip("\r"))
            place = Place(file, index + 1, match.start() + 1, len(line.rstrip()) - match.start())
            if allowed is None:
                findings.append(error(INVALID, "this comment names no finding that it allows", place, f"write {FORM}"))
                continue
            start = match.start("rest")
            for one in _of_comment(allowed, Place(file, index + 1, start + 1), _covered(lines, index, match.start())):
                if isinstance(one, Finding):
                    findings.append(one)
                else:
                    allowances.append(one)
    return allowances, findings


def _of_comment(match: re.Match[str], start: Place, lines: tuple[int, int]) -> Iterator[Allowance | Finding]:
    reason, until = match["reason"].strip(" \t-–—:"), as_date((match["until"] or "").strip())
    for named in re.finditer(r"[\w/-]+", match["ids"]):
        place = Place(start.file, start.line, start.column + match.start("ids") + named.start(), len(named[0]))
        problem = fault_of(named[0])
        if problem:
            yield error(INVALID, problem[0], place, problem[1])
        elif not reason:
            yield error(NO_REASON, f"nobody says why {named[0]} is allowed here", place, f"write {FORM}")
        elif match["until"] is not None and until is None:
            yield error(INVALID, f"'{printable(match['until'].strip())}' is no day", place, "write (until 2027-01-31)")
        else:
            yield Allowance(named[0], place, reason, until, *lines)


def _covered(lines: Sequence[str], index: int, start: int) -> tuple[int, int]:
    """The lines that a comment speaks of, counted from 1: its own or the next one, with what is indented below it."""
    target = index
    if not lines[index][:start].strip():
        below = (each for each in range(index + 1, len(lines)) if not _is_silent(lines[each]))
        target = next(below, index)
    indent, last = _indent(lines[target]), target
    for each in range(target + 1, len(lines)):
        if not _is_silent(lines[each]):
            if _indent(lines[each]) <= indent:
                break
            last = each
    return index + 1, last + 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_silent(line: str) -> bool:
    """Whether a line is empty or a comment."""
    return not line.strip() or line.lstrip().startswith("#")
