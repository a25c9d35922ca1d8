"""What a central Prometheus reads of others: recorded series, alerts, what its boards and rules ask; not every sample.

A hub has boards of all clusters and rules of none: what they record is known from their own rules, not from its.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import promql_parser as pq

from obsgen.conventions import TARGET_LABELS, THRESHOLD_SERIES
from obsgen.promql.build import Matcher, one_of, quoted, selector
from obsgen.promql.grafana import parse_templated, variable_parts
from obsgen.promql.tree import Node
from obsgen.render.grafana.dashboards import Board
from obsgen.render.rules.alerts import RenderedAlert
from obsgen.render.rules.recordings import RenderedRecording

_ALERTS = "ALERTS"
_PLACED_BY = frozenset(TARGET_LABELS) - {"cluster"}
"""Labels by which series are chosen; the cluster's name is an external label, which its own Prometheus does not see."""
_ANYTHING = ".*"
_OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}

Place = frozenset[Matcher]
"""Where series come from: matchers on the labels of their targets."""
Asked = dict[Place, set[str]]
"""Names of series by place."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules of one stack."""

    alerts: tuple[RenderedAlert, ...]
    recordings: tuple[RenderedRecording, ...]

    @property
    def queries(self) -> Iterator[str]:
        """What they ask Prometheus."""
        yield from (each.expr for each in self.alerts if each.language == "promql")
        yield from (each.expr for each in self.recordings)


def federated(own: Ruling, others: Sequence[Ruling], boards: Iterable[Board]) -> dict[str, list[str]]:
    """Values of `match[]`: of what is `recorded` here or there, with limits and alerts, and of `signals` asked here."""
    every = (own, *others)
    recorded = {THRESHOLD_SERIES, *(each.record for rules in every for each in rules.recordings)}
    named = sorted({each.name for rules in every for each in rules.alerts if each.language == "promql"})
    firing = [selector(_ALERTS, [one_of("alertname", named)]).text] if named else []
    asked = _asked(own, boards)
    places = [(names - recorded - {_ALERTS}, where) for where, names in asked]
    return {
        "recorded": [selector("", [one_of("__name__", sorted(recorded))]).text, *firing],
        "signals": [
            selector("", [_plain("__name__", "|".join(sorted(some))), *where]).text for some, where in places if some
        ],
    }


def _plain(label: str, value: str) -> Matcher:
    """A matcher for a pattern, or for the one value that it stands for."""
    return (label, "=" if re.fullmatch(r"[\w:-]+", value) else "=~", value)


def _asked(own: Ruling, boards: Iterable[Board]) -> list[tuple[Place, set[str]]]:
    """The series behind rules and boards, each where it is asked for most widely; with a job's, whether it is up."""
    found: Asked = {}
    shown = [board.json for board in boards]
    panels = [_everything(query, board) for board in shown for query in _panels(board["panels"])]
    for name, where in _selected([*own.queries, *panels]):
        found.setdefault(where, set()).update(name.split("|"), {"up"} if "job" in {each[0] for each in where} else ())
    known = set[str]().union(*found.values())
    # A choice is among labels of a series that a panel shows, or, of a histogram, of its count.
    for name, where in _selected(query for board in shown for query in _choices(board)):
        found.setdefault(where, set()).update(set(name.split("|")) - known)
    for where, names in found.items():
        names.difference_update(*(others for wider, others in found.items() if wider < where))
    return sorted(((where, names) for where, names in found.items() if names), key=lambda each: sorted(each[0]))


def _selected(queries: Iterable[str]) -> Iterator[tuple[str, Place]]:
    """The selectors of queries: the names of their series, and the matchers that say where these come from."""
    for query in dict.fromkeys(queries):
        yield from map(_selector, parse_templated(query).selectors())


def _selector(node: Node) -> tuple[str, Place]:
    raw = node.raw
    assert isinstance(raw, pq.VectorSelector)  # noqa: S101  # what a selector is
    matchers = [(each.name, _OPERATORS[str(each.op)], each.value) for each in raw.matchers.matchers]
    names = [value for label, _, value in matchers if label == "__name__"]
    placed = [each for each in matchers if each[0] in _PLACED_BY and each[2] != _ANYTHING]
    where = frozenset(_plain(label, value) if sign == "=~" else (label, sign, value) for label, sign, value in placed)
    return next(filter(None, [raw.name, *names]), ".+"), where


def _panels(panels: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What panels, and those inside rows, ask Prometheus."""
    for panel in panels:
        yield from _panels(panel.get("panels", ()))
        yield from (each["expr"] for each in panel.get("targets", ()) if each["datasource"]["type"] == "prometheus")


def _variables(board: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in board["templating"]["list"] if each["type"] == "query"]


def _choices(board: Mapping[str, Any]) -> Iterator[str]:
    """What the last variable of a board asks, which is among what all others leave."""
    for variable in _variables(board)[-1:]:
        yield from (_everything(part.text, board) for part in variable_parts(variable["definition"]))


def _everything(query: str, board: Mapping[str, Any]) -> str:
    """A query of a board while everything is chosen."""
    values = {each["name"]: quoted(each.get("allValue", _ANYTHING))[1:-1] for each in _variables(board)}
    return re.sub(r"\$(\w+)", lambda name: values.get(name[1], name[0]), query)
