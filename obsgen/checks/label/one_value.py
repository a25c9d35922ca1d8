"""Matchers that compare a label with a variable of which several values may be chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from obsgen.findings import Finding, Fix, Severity
from obsgen.repository import Repository
from obsgen.repository.grafana.dashboards import PROMETHEUS, Dashboard, Target
from obsgen.repository.objects import Located

ID = "label/one-value"
LEVEL = 4
SEVERITY = Severity.ERROR

_PATTERN = re.compile(r"[*+|?\\[(]")
_WHOLE = re.compile(r"""(?<![=!<>~])(!?=)(?!~)\s*"(?:\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\])\"""")


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the operator: Grafana writes several values as (a|b), which no label has."""
    for board in repository.dashboards:
        many = {str(one.value["name"]): one.value for one in _variables(board) if _may_be_many(one.value)}
        for target in board.targets() if many else ():
            if target.type in ("", PROMETHEUS):
                yield from _judged(target, many)


def _variables(board: Dashboard) -> list[Located]:
    found = board.located.at("templating", "list").items()
    return [one for one in found if isinstance(one.value, dict) and one.value.get("name")]


def _may_be_many(variable: dict[str, Any]) -> bool:
    """Whether several may be chosen, or All, unless that has a value of its own that is no pattern."""
    every = variable.get("allValue")
    return bool(variable.get("multi") or (variable.get("includeAll") and (not every or _PATTERN.search(str(every)))))


def _outcome(variable: dict[str, Any]) -> str:
    if variable.get("multi") or not variable.get("allValue"):
        return "may be several values, which Grafana writes as (a|b): no label has such a value"
    return f"may be All, which is written as {variable['allValue']}: no label has that value"


def _judged(target: Target, many: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    for found in _WHOLE.finditer(target.located.value):
        name = next(filter(None, found.groups()[1:]))
        if name in many:
            old = found.group(1)
            new = "=~" if old == "=" else "!~"
            place = target.located.text_place((), found.start(), len(old))
            message = f"${name} {_outcome(many[name])}"
            yield Finding(ID, SEVERITY, message, place, f'write {new}"${name}"', fix=Fix(place, old, new))
