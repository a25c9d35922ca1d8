"""The panels of a dashboard on both sides: which belong together, and what each of them shows otherwise now."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from obsgen.repository.objects import Located

_ROW = "row"


@dataclass(frozen=True, eq=False)
class Query:
    """One query of a panel: its text, what its answer is called, and all that is said of it."""

    text: str
    legend: str
    ref: str
    value: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Panel:
    """A panel that is no row, and the title of the row that it is in."""

    located: Located
    row: str

    @property
    def value(self) -> dict[str, Any]:
        """All that is said of it."""
        found: dict[str, Any] = self.located.value
        return found

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.value.get("title") or "")

    @property
    def type(self) -> str:
        """Its type, such as `timeseries`."""
        return str(self.value.get("type") or "")

    @cached_property
    def queries(self) -> list[Query]:
        """What it asks."""
        targets = self.value.get("targets")
        return [_query(each) for each in targets if isinstance(each, dict)] if isinstance(targets, list) else []

    @property
    def unit(self) -> str:
        """The unit of what it shows."""
        return str(self.defaults.get("unit") or "none")

    @property
    def defaults(self) -> dict[str, Any]:
        """How its values are shown where nothing else is said."""
        config = self.value.get("fieldConfig")
        found = config.get("defaults") if isinstance(config, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def steps(self) -> tuple[str, ...]:
        """The values at which its colour changes, and the colours."""
        thresholds = self.defaults.get("thresholds")
        steps = thresholds.get("steps") if isinstance(thresholds, dict) else None
        found = [each for each in steps if isinstance(each, dict)] if isinstance(steps, list) else []
        return tuple(f"{each.get('color')} from {each['value']}" for each in found if each.get("value") is not None)

    @property
    def sources(self) -> tuple[str, ...]:
        """The datasources that it asks."""
        own = _source(self.value.get("datasource"))
        found = [_source(each.value.get("datasource")) or own for each in self.queries] or [own]
        return tuple(sorted({each for each in found if each}))


class PanelMatch(NamedTuple):
    """A panel on both sides; None where it is not there."""

    old: Panel | None
    new: Panel | None


def panels_of(board: Located) -> list[Panel]:
    """All panels of a dashboard that are no rows."""
    return list(_panels(board.at("panels"), "")) + [
        panel for row in board.at("rows").items() for panel in _panels(row.at("panels"), _title(row))
    ]


def matched_panels(old: Iterable[Panel], new: Iterable[Panel]) -> list[PanelMatch]:
    """The panels of one title belong together, of one row first; then those that ask the same."""
    before, after = list(old), list(new)
    found: list[PanelMatch] = []
    for key in _KEYS:
        there: dict[Hashable, list[Panel]] = {}
        for each in after:
            there.setdefault(key(each), []).append(each)
        for one in list(before):
            same = there.get(key(one)) if key(one) else None
            if same:
                other = same.pop(0)
                before.remove(one)
                after.remove(other)
                found.append(PanelMatch(one, other))
    return [*found, *(PanelMatch(one, None) for one in before), *(PanelMatch(None, one) for one in after)]


def matched_queries(old: Panel, new: Panel) -> list[tuple[Query | None, Query | None]]:
    """The queries of one text, of one legend, or of one letter belong together; then one of each side that is left."""
    before, after = list(old.queries), list(new.queries)
    found: list[tuple[Query | None, Query | None]] = []
    for key in _QUERY_KEYS:
        for one in list(before):
            other = next((each for each in after if key(one) and key(each) == key(one)), None)
            if other:
                before.remove(one)
                after.remove(other)
                found.append((one, other))
    if len(before) == len(after) == 1:
        return [*found, (before[0], after[0])]
    return [*found, *((one, None) for one in before), *((None, one) for one in after)]


def _asked(panel: Panel) -> Hashable:
    return tuple(each.text for each in panel.queries)


_KEYS: tuple[Callable[[Panel], Hashable], ...] = (
    lambda panel: (panel.row, panel.title, _asked(panel)),
    lambda panel: (panel.row, panel.title),
    lambda panel: panel.title and (panel.title, _asked(panel)),
    lambda panel: panel.title,
    _asked,
)


_QUERY_KEYS: tuple[Callable[[Query], str], ...] = (
    lambda query: query.text,
    lambda query: query.legend,
    lambda query: query.ref,
)


def _panels(list_: Located, row: str) -> Iterator[Panel]:
    for each in list_.items():
        if not isinstance(each.value, dict):
            continue
        if each.value.get("type") == _ROW:
            row = _title(each)
            yield from _panels(each.at("panels"), row)
        else:
            yield Panel(each, row)


def _title(row: Located) -> str:
    return str(row.at("title").value or "")


def _query(target: dict[str, Any]) -> Query:
    text = target.get("expr")
    if not isinstance(text, str):
        rest = {key: value for key, value in target.items() if key not in ("refId", "datasource", "legendFormat")}
        text = json.dumps(rest, sort_keys=True, default=str)
    return Query(text, str(target.get("legendFormat") or ""), str(target.get("refId") or ""), target)


def _source(source: Any) -> str:
    """What a datasource is called where a panel names it."""
    if isinstance(source, dict):
        return str(source.get("uid") or source.get("type") or "")
    return str(source or "")
