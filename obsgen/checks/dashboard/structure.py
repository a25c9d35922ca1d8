"""Dashboards that Grafana refuses, or shows otherwise than meant: panels, positions, queries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.embedded import embedded_texts
from obsgen.repository.objects import KubeObject, Located

ID = "dashboard/structure"
LEVEL = 2
SEVERITY = Severity.ERROR

_COLUMNS = 24
_WITHOUT_QUERY = frozenset(("row", "text", "dashlist", "news", "annolist", "alertlist", "welcome", "gettingstarted"))


def check(repository: Repository) -> Iterator[Finding]:
    """Texts that should be boards and are no JSON; panels without type or place; ids and refIds used twice."""
    for object_ in repository.objects:
        for finding in _broken(object_):
            if finding.place.file not in repository.broken_files:
                yield finding
    for board in repository.dashboards:
        panels = list(board.panels())
        in_rows = {id(panel.value) for row in board.located.at("rows").items() for panel in row.at("panels").items()}
        yield from _same_ids(panels)
        if not board.located.value.get("title"):
            place = board.located.place(("title",), key=True)
            yield Finding(ID, SEVERITY, "a dashboard without a title is refused by Grafana", place, 'add "title": "…"')
        for panel in panels:
            yield from _panel(panel)
            if id(panel.value) not in in_rows:
                yield from _position(panel)


def _broken(object_: KubeObject) -> Iterator[Finding]:
    for located, name in embedded_texts(object_):
        if not name.endswith(".json"):
            continue
        try:
            json.loads(located.value)
        except json.JSONDecodeError as problem:
            place = located.text_place((), problem.pos)
            yield Finding(ID, SEVERITY, f"{name} is no JSON: {problem.msg}", place)
        except RecursionError:
            yield Finding(ID, SEVERITY, f"{name} is nested too deeply", located.place())


def _same_ids(panels: list[Located]) -> Iterator[Finding]:
    ids = [panel.value.get("id") for panel in panels]
    counts = Counter(id_ for id_ in ids if isinstance(id_, int))
    first: set[int] = set()
    for panel, id_ in zip(panels, ids, strict=True):
        if not isinstance(id_, int) or counts[id_] < 2:
            continue
        if id_ in first:
            message = f"panel id {id_} is used {counts[id_]} times in this dashboard"
            yield Finding(ID, SEVERITY, message, panel.place(("id",)), "give every panel an id of its own")
        first.add(id_)


def _panel(panel: Located) -> Iterator[Finding]:
    name = panel.value.get("title") or panel.value.get("id") or "without a title"
    type_ = panel.value.get("type")
    if not isinstance(type_, str) or not type_:
        if "libraryPanel" not in panel.value:
            yield Finding(ID, SEVERITY, f"panel '{name}' has no type", panel.place((), key=True), "such as timeseries")
        return
    yield from _same_refs(panel)
    if type_ not in _WITHOUT_QUERY and "targets" in panel.value and not _has_datasource(panel):
        message = f"panel '{name}' names no datasource, so it asks whichever is the default"
        hint = 'set datasource, such as {"type": "prometheus", "uid": "${datasource}"}'
        yield Finding(ID, Severity.WARNING, message, panel.place(("targets",), key=True), hint)


def _position(panel: Located) -> Iterator[Finding]:
    """Where a panel stands; those of `rows`, from before Grafana 5, get their place when Grafana converts them."""
    position = panel.value.get("gridPos")
    if position is None or not panel.value.get("type"):
        return
    numbers = [position.get(key) for key in ("x", "y", "w", "h")] if isinstance(position, dict) else []
    whole = [number for number in numbers if isinstance(number, int) and number >= 0]
    if len(whole) < 4:
        yield _misplaced(panel, "gridPos needs the whole numbers x, y, w and h")
    elif not 0 < whole[2] <= _COLUMNS - whole[0]:
        yield _misplaced(panel, f"x {whole[0]} and w {whole[2]} do not fit in the {_COLUMNS} columns of a dashboard")


def _misplaced(panel: Located, message: str) -> Finding:
    return Finding(ID, SEVERITY, message, panel.place(("gridPos",), key=True))


def _same_refs(panel: Located) -> Iterator[Finding]:
    seen: set[str] = set()
    for target in panel.at("targets").items():
        ref = target.value.get("refId") if isinstance(target.value, dict) else None
        if not isinstance(ref, str):
            continue
        if ref in seen:
            message = f"refId {ref} is used twice in this panel: Grafana keeps one of the two queries"
            yield Finding(ID, SEVERITY, message, target.place(("refId",)), "give every query its own letter")
        seen.add(ref)


def _has_datasource(panel: Located) -> bool:
    targets = [target.value for target in panel.at("targets").items() if isinstance(target.value, dict)]
    return bool(panel.value.get("datasource")) or all(target.get("datasource") for target in targets)
