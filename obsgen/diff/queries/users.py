"""Who asks for a recorded series: alerts, panels, and rules that record others of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from obsgen.conventions import HUB
from obsgen.diff.memory import Memory
from obsgen.diff.model import Key, Unit
from obsgen.diff.queries.rules import of_document, of_object
from obsgen.diff.trees import State
from obsgen.repository.classify import is_dashboard
from obsgen.repository.embedded import embedded_documents
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.queries.expressions import Expression, board_expressions

_BOARDS = frozenset(("ConfigMap", "GrafanaDashboard"))


class User(NamedTuple):
    """Who asks: `alert`, `panel` or `recording`, and what people call it."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f'panel "{self.name}"' if self.kind == "panel" else f"{self.kind} {self.name}"


Users = Mapping[str, tuple[User, ...]]
"""Who asks, by the name of the series."""
_OF_PARTS = Memory[Users]()


def users(state: State, name: str) -> list[User]:
    """Who asks for a series in a unit, and on the boards of the central cluster; alerts first, then panels."""
    central = state.tree.states.get(Unit(state.unit.stack, HUB))
    states = dict.fromkeys((state, *([central] if central else [])))
    found = (user for one in states for part in _parts(one) for user in part.get(name, ()))
    return sorted(dict.fromkeys(found), key=lambda each: (("alert", "panel", "recording").index(each.kind), each.name))


def _parts(state: State) -> Iterator[Users]:
    for key, object_ in state.objects.items():
        yield _OF_PARTS.of(state.tree, object_.value, partial(_of_object, key, object_))
    for path, located in state.documents.items():
        yield _OF_PARTS.of(state.tree, located.value, partial(_of_file, path, located))


def _of_object(key: Key, object_: KubeObject) -> Users:
    return _collected([*_in_rules(key, object_), *_on_boards(object_)])


def _of_file(path: str, located: Located) -> Users:
    return _collected([*_in_file(path, located)])


def _collected(found: list[tuple[str, User]]) -> Users:
    return {name: tuple(dict.fromkeys(user for one, user in found if one == name)) for name, _ in found}


def _in_rules(key: Key, object_: KubeObject) -> Iterator[tuple[str, User]]:
    for held in of_object(key, object_):
        user = User("alert" if held.rule.is_alert else "recording", held.name)
        yield from ((name, user) for name in held.asks)


def _in_file(path: str, located: Located) -> Iterator[tuple[str, User]]:
    for held in of_document(path, located):
        user = User("alert" if held.rule.is_alert else "recording", held.name)
        yield from ((name, user) for name in held.asks)
    if is_dashboard(located.value):
        yield from _of_board(Dashboard(located))


def _on_boards(object_: KubeObject) -> Iterator[tuple[str, User]]:
    for located in embedded_documents([object_], set()) if object_.kind in _BOARDS else ():
        if is_dashboard(located.value):
            yield from _of_board(Dashboard(located))


def _of_board(board: Dashboard) -> Iterator[tuple[str, User]]:
    for each in board_expressions([board]):
        if isinstance(each, Expression) and each.query:
            title = each.panel.at("title").value if each.panel else board.located.at("title").value
            yield from ((one.name, User("panel", str(title))) for one in each.query.selectors() if one.name)
