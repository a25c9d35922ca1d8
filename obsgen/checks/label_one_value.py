"""Matchers that compare a label with a variable of which several values may be chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from obsgen.checks.dashboards import PROMETHEUS, Dashboard, Target
from obsgen.checks.objects import Located
from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Fix, Severity

ID = "label/one-value"
LEVEL = 4
SEVERITY = Severity.ERROR

_WHOLE = re.compile(r"""(?<![=!<>~])(!?=)(?!~)\s*"(?:\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\])\"""")


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the operator: Grafana writes several values as (a|b), which no label has."""
    for board in repository.dashboards:
        many = {str(one.value["name"]) for one in _variables(board) if _may_be_many(one.value)}
        for target in board.targets() if many else ():
            if target.type in ("", PROMETHEUS):
                yield from _judged(target, many)


def _variables(board: Dashboard) -> list[Located]:
    found = board.located.at("templating", "list").items()
    return [one for one in found if isinstance(one.value, dict) and one.value.get("name")]


def _may_be_many(variable: dict[str, Any]) -> bool:
    return bool(variable.get("multi") or variable.get("includeAll"))


def _judged(target: Target, many: set[str]) -> Iterator[Finding]:
    for found in _WHOLE.finditer(target.located.value):
        name = next(filter(None, found.groups()[1:]))
        if name in many:
            old = found.group(1)
            new = "=~" if old == "=" else "!~"
            place = target.located.text_place((), found.start(), len(old))
            message = f"${name} may be several values, which Grafana writes as (a|b): no label has such a value"
            yield Finding(ID, SEVERITY, message, place, f'write {new}"${name}"', fix=Fix(place, old, new))
