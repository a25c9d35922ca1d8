"""Grafana boards as data: rows, panels and variables from a component's sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from obsgen.components.boards import Dashboard, Panel, PanelQuery
from obsgen.components.catalogue import ComponentFolder
from obsgen.components.origin import Origin
from obsgen.conventions import SERVICE_LABEL, TARGET_LABELS, THRESHOLD_SERIES
from obsgen.findings import Faults
from obsgen.hints import nearest
from obsgen.profile.models import Dashboards
from obsgen.promql.build import Expr, aggregated, one_of, regex_of, selector
from obsgen.render.grafana.board_panels import DATASOURCE, LOKI, LOKI_DATASOURCE, Line, panel_json, row_json
from obsgen.render.grafana.board_scope import RATE_INTERVAL, BoardScope
from obsgen.render.grafana.server_links import with_server_links
from obsgen.render.queries.log_sentences import log_lines, streams
from obsgen.render.queries.phrases import Phrase, SentenceError
from obsgen.render.queries.proofread import proofread_panel
from obsgen.render.queries.scopes import UnknownSignalError
from obsgen.render.queries.sentences import phrase
from obsgen.render.rules.recordings import series_of
from obsgen.stack.model import Instance, Stack
from obsgen.tree.serialise import json_bytes
from obsgen.units import prometheus_duration

MAX_UID = 40
"""Characters that Grafana allows in a board's uid."""


@dataclass(frozen=True)
class Board:
    """A board, the same in every environment."""

    key: str
    """The component's own name of it; `name` is that of the file, which the profile may choose."""
    name: str
    component: str
    title: str
    json: Mapping[str, Any]

    @cached_property
    def text(self) -> bytes:
        """The board's file."""
        return json_bytes(self.json)

    @property
    def panels(self) -> int:
        """How many panels it has, those in folded rows too; rows are not counted."""
        every = (panel for each in self.json["panels"] for panel in (each, *each.get("panels", ())))
        return sum(panel["type"] != "row" for panel in every)


def boards(stacks: Sequence[Stack]) -> list[Board]:
    """The boards of every component at work in any environment; `stacks` starts with the base.

    InputError with the faults of all panels.
    """
    names: dict[str, ComponentFolder] = {i.folder.name: i.folder for stack in stacks for i in stack.instances}
    folders = [names[name] for name in sorted(names)]
    writers = [
        _BoardWriter(stacks, folder, name, board) for folder in folders for name, board in folder.dashboards.items()
    ]
    with Faults() as faults:
        drawn = [board for board in faults.each(writers, _BoardWriter.board_if_wanted) if board]
    uids = {board.key: board.json["uid"] for board in drawn}
    linked = {writer.name for writer in writers if writer.dashboard.to_servers}
    return [
        replace(board, json=with_server_links(board.json, stacks, uids)) if board.key in linked else board
        for board in drawn
    ]


def uid(stack: str, board: str) -> str:
    """A board's fixed uid: stack and board, shortened with a hash where that is too long."""
    whole = f"{stack}-{board}"
    if len(whole) <= MAX_UID:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
    return f"{whole[: MAX_UID - 9]}-{digest}"


class _BoardWriter:
    """Writes one board."""

    def __init__(self, stacks: Sequence[Stack], folder: ComponentFolder, name: str, dashboard: Dashboard) -> None:
        self.stack = stacks[0].name
        self.folder, self.name, self.dashboard = folder, name, dashboard
        self.origin = folder.origin(f"dashboards/{name}.yaml")
        self.scope = BoardScope(stacks, folder.name, dashboard.variables)
        self.main: tuple[str, ...] = ()
        self.labels: Mapping[str, str] = {}

    def wanted(self, origin: Origin, condition: str | None) -> bool:
        """Whether a `when:` holds for any instance."""
        return any(origin.at("when").holds(condition, instance.context) for instance in self.scope.instances)

    def board_if_wanted(self) -> Board | None:
        """The board, unless it would be empty here or the profile leaves it out."""
        change = self.scope.stacks[0].settings.dashboards.get(self.name, Dashboards())
        if not self.wanted(self.origin, self.dashboard.when) or not change.enabled:
            return None
        drawn = self.board(change.title or self.dashboard.title, change.name or self.name)
        return drawn if drawn.panels else None

    def board(self, title: str, name: str) -> Board:
        """The finished board."""
        with Faults() as faults:
            panels = list(self._panels(faults))
        datasources = [DATASOURCE, *([LOKI_DATASOURCE] if any(LOKI in _asked(panel) for panel in panels) else [])]
        json = {
            "uid": uid(self.stack, name),
            "title": title,
            "description": f"{self.dashboard.description.strip()} Generated by obsgen for stack {self.stack}, "
            f"component {self.folder.name}: do not edit here, change the profile or the component.",
            "tags": sorted({"obsgen", self.stack, *self.dashboard.tags}),
            "schemaVersion": 39,
            "editable": True,
            "graphTooltip": 1,
            "timezone": "browser",
            "time": {"from": self.dashboard.time, "to": "now"},
            "refresh": self.dashboard.refresh,
            "links": [self._link()],
            "templating": {"list": [*datasources, *self._variables()]},
            "annotations": {"list": []},
            "panels": panels,
        }
        return Board(self.name, name, self.folder.name, title, json)

    def _link(self) -> dict[str, Any]:
        """A menu of the stack's other boards; keeps the time alone: one board's servers are not another's."""
        return {
            "type": "dashboards",
            "title": f"Boards of {self.stack}",
            "tags": ["obsgen", self.stack],
            "asDropdown": True,
            "includeVars": False,
            "keepTime": True,
        }

    def _panels(self, faults: Faults) -> Iterator[dict[str, Any]]:
        """Rows and their panels, laid out left to right; a row without panels is left out."""
        number, y = 1, 0
        for index, row in enumerate(self.dashboard.rows):
            origin = self.origin.at("rows", index)
            if not faults.attempt(partial(self.wanted, origin, row.when), False):
                continue
            places = [(panel, origin.at("panels", i)) for i, panel in enumerate(row.panels)]
            each = [(panel, faults.attempt(partial(self._lines, panel, place), None)) for panel, place in places]
            found = [(panel, lines) for panel, lines in each if lines is not None]
            if not found:
                continue
            inner = list(self._laid_out(found, number + 1, y + 1))
            yield row_json(number, row.title, y, inner if row.collapsed else [])
            if not row.collapsed:
                yield from inner
            number += len(inner) + 1
            y = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in inner)

    def _laid_out(self, found: Sequence[tuple[Panel, list[Line]]], number: int, y: int) -> Iterator[dict[str, Any]]:
        default = max(24 // len(found), 6)
        x = height = 0
        for offset, (panel, lines) in enumerate(found):
            width = panel.width or default
            if x + width > 24:
                x, y, height = 0, y + height, 0
            yield panel_json(panel, lines, number + offset, {"h": panel.height, "w": width, "x": x, "y": y})
            x, height = x + width, max(height, panel.height)

    def _lines(self, panel: Panel, origin: Origin) -> list[Line] | None:
        """The panel's queries; None if the panel is not wanted or nothing exposes what it shows."""
        if not self.wanted(origin, panel.when):
            return None
        if panel.type == "text":
            return []
        if panel.type == "logs":
            return list(self._log_lines(panel, origin)) or None
        queries: list[tuple[Panel | PanelQuery, Origin]] = [
            (query, origin.at("queries", i)) for i, query in enumerate(panel.queries)
        ] or [(panel, origin)]
        lines = [line for query, place in queries if (line := self._line(query, panel, place))]
        if not lines:
            return None
        return lines + (self._limit(panel, panel.threshold, origin.at("threshold")) if panel.threshold else [])

    def _line(self, query: Panel | PanelQuery, panel: Panel, origin: Origin) -> Line | None:
        if not self.wanted(origin, query.when):
            return None
        said = self._said(query, origin)
        if said is None:
            return None
        split = [said.labels[label] for label in query.by if label in said.labels]
        labels = " ".join("{{" + label + "}}" for label in split)
        legend = query.legend or ("" if labels else panel.title)
        if "{{" not in legend:
            legend = " ".join(filter(None, (legend, labels)))
        step = prometheus_duration(self.scope.interval) if RATE_INTERVAL in said.expr.text else ""
        return Line(said.expr.text, legend, said.unit, query.color, step=step, language=said.language)

    def _log_lines(self, panel: Panel, origin: Origin) -> Iterator[Line]:
        """The queries of a panel that shows lines; none where nobody says how they reach Loki."""
        try:
            yield from (Line(query, "", "count", None, language="logql") for query in self._streams(panel))
        except UnknownSignalError as problem:
            if not self._known_elsewhere(panel, problem.name):
                origin.at("signal").refuse("signal/unknown", str(problem), problem.hint)
        except SentenceError as problem:
            origin.refuse("signal/sentence", str(problem))

    def _streams(self, panel: Panel) -> list[str]:
        """The lines that a signal counts, or all of the servers'; each way in which they are stored once."""
        if panel.signal:
            found = self.scope.source(panel.from_, panel.signal, panel.match)
            return [log_lines(one) for one in found.series]
        stored = [stack.context["logs"]["labels"] for stack in self.scope.stacks if stack.context["logs"]]
        return list(dict.fromkeys(streams(self.scope.streams(labels)) for labels in stored))

    def _said(self, query: Panel | PanelQuery, origin: Origin) -> Phrase | None:
        try:
            if query.expr is not None:
                context = {**self.scope.instances[0].context, "series": series_of(self.scope)}
                expr = Expr(origin.at("expr").text(query.expr, context).strip(), 0)
                proofread_panel(expr.text, origin.at("expr"))
                return Phrase(expr, query.unit or "count", {label: label for label in query.by})
            self._remember(query)
            return phrase(query, self.scope)
        except UnknownSignalError as problem:
            if not self._known_elsewhere(query, problem.name):
                origin.at("signal").refuse("signal/unknown", str(problem), problem.hint)
            return None
        except SentenceError as problem:
            origin.refuse("signal/sentence", str(problem))

    def _known_elsewhere(self, query: Panel | PanelQuery, name: str) -> bool:
        """Whether the signal exists at other versions or options, or its owner is not part of this stack."""
        return query.from_ is not None or name in self.folder.signals or self.folder.component.hosts_runtime

    def _remember(self, query: Panel | PanelQuery) -> None:
        """Keeps the first signal of the board's own: variables list the values that its labels have."""
        if self.main or query.from_ or not query.signal:
            return
        source = self.scope.source(None, query.signal, {})
        if source.signal.is_log:
            return
        suffix = "_count" if source.signal.type == "histogram" else ""
        self.main = tuple(dict.fromkeys(stored.name + suffix for stored, _ in source.series))
        self.labels = source.signal.labels

    def _limit(self, panel: Panel, alert: str, origin: Origin) -> list[Line]:
        """The recorded limits of an alert, one line a server; nothing where the alert's owner is not here."""
        named = [i for stack in self.scope.stacks for i in stack.instances if alert in i.folder.alerts]
        owners = [i for i in named if i.folder.origin("alerts.yaml", alert, "when").holds(_when(i, alert), i.context)]
        if not named and not self.folder.component.hosts_runtime:
            origin.refuse("component/threshold", f"no alert '{alert}'", nearest(alert, sorted(self.folder.alerts)))
        if not owners:
            return []
        changes = (instance.changes.get(alert) for instance in self.scope.instances)
        names = sorted({(change and change.name) or alert for change in changes})
        places = [(name, "=~", f"${name}") for name in self.scope.places]
        matchers = [one_of("alert", names), ("stack", "=", self.stack), *places]
        chosen = {"server": SERVICE_LABEL, "namespace": "namespace"} if "server" in self.dashboard.variables else {}
        matchers += [(label, "=~", f"${name}") for name, label in chosen.items() if name in self.dashboard.variables]
        limits = selector(THRESHOLD_SERIES, matchers)
        if panel.type != "timeseries":
            return [Line(aggregated("max", [], limits).text, "limit", "", None, is_limit=True)]
        each = aggregated("max", [SERVICE_LABEL], limits)
        return [Line(each.text, f"limit {{{{{SERVICE_LABEL}}}}}", "", None, is_limit=True)]

    def _variables(self) -> Iterator[dict[str, Any]]:
        """The viewer's choices, each among what those before it leave."""
        chosen: list[tuple[str, str, str]] = []
        for name in (*self.scope.places, *self.dashboard.variables):
            stored = {"server": "job"}.get(name) or self.labels.get(name, name)
            own = name == "pod" and self.scope.is_scraped
            series, every = (self._targets(chosen), None) if own else (self._main(chosen), self._every(name))
            yield _query_variable(name, f"label_values({series}, {stored})", every)
            chosen.append((stored, "=~", f"${name}"))

    def _every(self, name: str) -> str:
        """What All stands for. All servers are those of this stack: others may expose series of the same name."""
        return regex_of(self._servers()) if name == "server" else ".*"

    def _targets(self, chosen: Sequence[tuple[str, str, str]]) -> str:
        """Whether the servers' pods answer: they are known by it even while they expose nothing."""
        narrowed = [each for each in chosen if each[0] in (*self.scope.places, *TARGET_LABELS)]
        own = [] if any(label == "job" for label, _, _ in narrowed) else [one_of("job", self._servers())]
        return selector("up", [*own, *narrowed]).text

    def _servers(self) -> list[str]:
        return sorted({instance.name for instance in self.scope.instances})

    def _main(self, chosen: Sequence[tuple[str, str, str]]) -> str:
        signals = [signal for instance in self.scope.instances for signal in instance.signals.values()]
        if not self.main and signals and all(signal.is_log for signal in signals):
            # Logs are in another store: what Prometheus knows of such servers are the limits of their alerts.
            return selector(THRESHOLD_SERIES, [("stack", "=", self.stack), *chosen]).text
        if not self.main:
            return selector("up", [one_of("job", self._servers()), *chosen]).text
        if len(self.main) == 1:
            return selector(self.main[0], chosen).text
        return selector("", [("__name__", "=~", "|".join(self.main)), *chosen]).text


def _asked(panel: Mapping[str, Any]) -> list[Any]:
    """The datasources of a panel's queries, those of the panels inside a row too."""
    inside = [source for each in panel.get("panels", ()) for source in _asked(each)]
    return [*inside, *(target["datasource"] for target in panel.get("targets", ()))]


def _when(instance: Instance, alert: str) -> str | None:
    return instance.folder.alerts[alert].when


def _query_variable(name: str, query: str, every: str | None) -> dict[str, Any]:
    """A variable whose values are asked from Prometheus; All is chosen first, `.*` matches absent labels too.

    Without `every`, All is what the query finds: pods of the servers alone, where series of others or log lines are
    narrowed by them.
    """
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        **({"allValue": every} if every else {}),
        "current": {"text": "All", "value": "$__all"},
    }
