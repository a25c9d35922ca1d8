"""Variables that a dashboard's queries use and that it does not define."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from obsgen.findings import Finding, Severity
from obsgen.hints import nearest
from obsgen.repository import Repository
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.grafana.datasources import inputs, variables
from obsgen.repository.objects import Embedded, Located

ID = "link/variable"
LEVEL = 5
SEVERITY = Severity.ERROR

_USE = re.compile(r"\$\{([A-Za-z]\w*)(?:[.:][^}]*)?\}|\$([A-Za-z]\w*)|\[\[([A-Za-z]\w*)(?::\w+)?\]\]")
_OF_GRAFANA = frozenset(("timeFilter", "timeTo", "timeFrom"))
_GROUP = "(?P<"
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
"""Templates of LogQL have variables of their own."""


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the use; a warning at an input that only somebody who imports the board fills in."""
    for board in repository.dashboards:
        known, asked = variables(board), inputs(board)
        for text in _texts(board):
            for match in _USE.finditer(_TEMPLATE.sub(lambda found: " " * len(found[0]), text.value)):
                name = next(filter(None, match.groups()))
                if name in known or name in _OF_GRAFANA:
                    continue
                place = text.text_place((), match.start(), match.end() - match.start())
                if name in asked and _is_provisioned(board, repository):
                    message = f"${name} is filled in when somebody imports this board; provisioned, it stays as it is"
                    hint = "define a variable of type datasource, and use that"
                    yield Finding(ID, Severity.WARNING, message, place, hint)
                elif name not in asked and _GROUP not in text.value:
                    message = f"this board has no variable {name}: the query is asked with the text {match[0]}"
                    yield Finding(ID, SEVERITY, message, place, nearest(name, sorted(known)) or "define it")


def _texts(board: Dashboard) -> Iterator[Located]:
    """The texts in which a variable must have a value: queries, and names of datasources."""
    yield from (each.located for each in board.targets())
    yield from _datasources(board.located)


def _datasources(part: Located) -> Iterator[Located]:
    if isinstance(part.value, list):
        for item in part.items():
            yield from _datasources(item)
    elif isinstance(part.value, dict):
        for key, value in part.value.items():
            below = part.at(key)
            if key == "datasource":
                named = below.at("uid") if isinstance(value, dict) else below
                yield from [named] if isinstance(named.value, str) else []
            elif key not in ("__inputs", "__requires", "targets_"):
                yield from _datasources(below)


def _is_provisioned(board: Dashboard, repository: Repository) -> bool:
    """Whether a ConfigMap brings the board; an object of the operator says itself what inputs stand for."""
    where = board.located.where
    if isinstance(where, Embedded):
        return where.owner is not None and where.owner.kind == "ConfigMap"
    roles = repository.references.get(Path(board.located.file).resolve(), ())
    return any(each.role == "data" for each in roles)
