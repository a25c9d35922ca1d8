"""A part divided by the rest instead of by the whole: used by free, failures by successes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.findings import Finding, Fix, Severity
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Meaning

ID = "unit/part-by-rest"
LEVEL = 4
SEVERITY = Severity.ERROR

_RESTS = (
    {"used", "usage", "allocated"},
    {"free", "available", "avail"},
    {"failure", "failures", "failed", "error", "errors"},
    {"success", "successes", "successful", "succeeded"},
)
"""Words of names that speak of a part, each pair of lines one part and its rest."""
_WORDS = re.compile(r"[a-z]+", re.IGNORECASE)


def check(repository: Repository) -> Iterator[Finding]:
    """An error where a component says that both make the whole; a warning where only their names do."""
    for meaning in repository.meanings:
        for node in meaning.root.walk():
            if node.kind == "binary" and node.name == "/":
                part, rest = map(_only, node.children)
                certain = part and rest and _known(meaning, part, rest)
                if part and rest and (certain or _by_name(part.name, rest.name)):
                    yield _finding(meaning, node, part, rest, SEVERITY if certain else Severity.WARNING)


def _finding(meaning: Meaning, node: Node, part: Node, rest: Node, severity: Severity) -> Finding:
    names = part.name, rest.name
    message = f"{names[0]} / {names[1]} divides a part by the rest of it: half and half gives 1, and it grows beyond"
    hint = f"divide by the whole: {names[0]} / ({names[0]} + {names[1]})"
    certain = severity == SEVERITY and node.children == (part, rest)
    fix = _whole(meaning, part, rest) if certain else None
    return Finding(ID, severity, message, meaning.place(node), hint, fix=fix)


def _whole(meaning: Meaning, part: Node, rest: Node) -> Fix:
    """The rest replaced by the sum of both, where the two sides are nothing but the series."""
    ours, other = (meaning.text(each) for each in (part, rest))
    return Fix(meaning.place(rest), other, f"({ours} + {other})")


def _only(node: Node) -> Node | None:
    """The one series that a side is about."""
    found = [each for each in node.walk() if each.kind == "selector"]
    return found[0] if len(found) == 1 else None


def _known(meaning: Meaning, part: Node, rest: Node) -> bool:
    ours, others = meaning.of(part).series, meaning.of(rest).series
    pairs = [(one, two) for one in ours for two in others if one.component == two.component]
    return any(two.signal in one.rest or one.signal in two.rest for one, two in pairs)


def _by_name(part: str, rest: str) -> bool:
    """Whether two names differ in one word alone, and the words speak of a part and its rest."""
    ours, others = (_WORDS.findall(name.lower()) for name in (part, rest))
    if len(ours) != len(others):
        return False
    differing = [(one, two) for one, two in zip(ours, others, strict=True) if one != two]
    pairs = (_RESTS[:2], _RESTS[2:])
    return len(differing) == 1 and any(
        (one in left and two in right) or (one in right and two in left)
        for one, two in differing
        for left, right in pairs
    )
