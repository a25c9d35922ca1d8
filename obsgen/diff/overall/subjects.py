"""What a place in files is about, in the words in which changes speak of it: an alert, a panel, an object."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from obsgen.findings import Place
from obsgen.repository import Repository
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import distinct_rules

_SERIES = re.compile(r"[A-Za-z_:][\w:.-]*")


class Subject(NamedTuple):
    """What people call something; `kind` is `alert`, `recording`, `panel`, `dashboard` or `object`."""

    kind: str
    name: str
    board: str = ""

    @property
    def asks(self) -> bool:
        """Whether it asks for series."""
        return self.kind != "object"

    def __str__(self) -> str:
        if self.kind == "panel":
            return f'panel "{self.name}" of {self.board}'
        return f"dashboard {self.name}" if self.kind == "dashboard" else self.name


class Subjects:
    """All that a repository's files speak of, by where it begins."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def at(self, place: Place) -> Subject:
        """What begins last before a place; the file itself if nothing does."""
        found = self._in_file(place.file)
        index = bisect_right(found, place, key=lambda each: each[0]) - 1
        return found[index][1] if index >= 0 else Subject("object", Path(place.file).name)

    def name_at(self, place: Place) -> str:
        """The text at a place if it is a name, such as that of a series; else nothing."""
        lines = self._lines(place.file)
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        text = line[place.column - 1 : place.column - 1 + place.length]
        return text if len(text) > 1 and _SERIES.fullmatch(text) else ""

    @cached_property
    def names(self) -> frozenset[str]:
        """All of them in words."""
        boards = (each for found in self._boards.values() for board in found for each in _of_board(board))
        return frozenset(str(subject) for _, subject in (*self._others(), *boards))

    def _in_file(self, file: str) -> list[tuple[Place, Subject]]:
        """What a file speaks of, in the order in which it stands there; dashboards elsewhere are not looked into."""
        if file not in self._known:
            boards = (each for board in self._boards.get(file, ()) for each in _of_board(board))
            found = [*self._places.get(file, ()), *((located.place(), subject) for located, subject in boards)]
            self._known[file] = sorted(found, key=lambda one: one[0])
        return self._known[file]

    @cached_property
    def _known(self) -> dict[str, list[tuple[Place, Subject]]]:
        return {}

    @cached_property
    def _places(self) -> dict[str, list[tuple[Place, Subject]]]:
        found: dict[str, list[tuple[Place, Subject]]] = {}
        for located, subject in self._others():
            place = located.place()
            found.setdefault(place.file, []).append((place, subject))
        return found

    @cached_property
    def _boards(self) -> dict[str, list[Dashboard]]:
        found: dict[str, list[Dashboard]] = {}
        for board in self._repository.dashboards:
            found.setdefault(board.located.file, []).append(board)
        return found

    def _others(self) -> Iterator[tuple[Located, Subject]]:
        for object_ in (*self._repository.objects, *self._repository.manifests):
            yield object_.located, Subject("object", str(object_))
        for rule in distinct_rules(self._repository.rule_sets):
            subject = Subject("alert" if rule.is_alert else "recording", rule.name)
            # What a patch says of a rule stands in the patch.
            yield from ((each, subject) for each in (rule.located, rule.located.at("expr")))

    def _lines(self, file: str) -> list[str]:
        if file not in self._texts:
            documents = [each.document for each in self._repository.entries if each.document.file == file]
            self._texts[file] = documents[0].text.splitlines() if documents else []
        return self._texts[file]

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        return {}


def _of_board(board: Dashboard) -> Iterator[tuple[Located, Subject]]:
    title = str(board.located.at("title").value or "")
    whole = Subject("dashboard", title)
    parts = (board.located.at(each) for each in ("templating", "annotations", "links"))
    yield from ((each, whole) for each in (board.located, *parts) if each.value)
    for panel in board.panels():
        yield panel, Subject("panel", str(panel.value.get("title") or ""), title)
