"""The JSON of Grafana's panels: current panel types, fixed colours where asked, limits as dashed lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from obsgen.components.boards import Panel
from obsgen.render.queries.phrases import Language
from obsgen.units import UNITS, number_text

PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
LOKI = {"type": "loki", "uid": "${loki}"}
MIXED = {"type": "datasource", "uid": "-- Mixed --"}
"""Grafana's own, for panels whose queries go to several."""

DATASOURCE = {
    "name": "datasource",
    "label": "Datasource",
    "type": "datasource",
    "query": "prometheus",
    "current": {},
    "refresh": 1,
}
"""The variable through which every panel finds its Prometheus."""

LOKI_DATASOURCE = {**DATASOURCE, "name": "loki", "label": "Logs", "query": "loki"}
"""The variable through which panels of logs find their Loki."""


@dataclass(frozen=True, slots=True)
class Line:
    """One query of a panel; `step` is the least time between its points, where its window depends on that."""

    expr: str
    legend: str
    unit: str
    color: str | None
    is_limit: bool = False
    step: str = ""
    language: Language = "promql"

    @property
    def datasource(self) -> dict[str, str]:
        """Who is asked."""
        return PROMETHEUS if self.language == "promql" else LOKI


def row_json(number: int, title: str, y: int, panels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A row's header; a collapsed row holds its panels."""
    place = {"h": 1, "w": 24, "x": 0, "y": y}
    return {
        "id": number,
        "type": "row",
        "title": title,
        "collapsed": bool(panels),
        "gridPos": place,
        "panels": list(panels),
    }


def panel_json(panel: Panel, lines: Sequence[Line], number: int, place: Mapping[str, int]) -> dict[str, Any]:
    """One panel."""
    if panel.type == "text":
        options: dict[str, Any] = {"mode": "markdown", "content": panel.description.strip()}
        return {"id": number, "type": "text", "title": panel.title, "gridPos": dict(place), "options": options}
    json: dict[str, Any] = {
        "id": number,
        "type": panel.type,
        "title": panel.title,
        "description": panel.description.strip(),
        "datasource": _datasource(lines),
        "gridPos": dict(place),
        "targets": [_target(panel, index, line) for index, line in enumerate(lines)],
        "fieldConfig": {"defaults": _defaults(panel, lines), "overrides": list(_overrides(panel, lines))},
        "options": _options(panel),
    }
    limit = next((index for index, line in enumerate(lines) if line.is_limit), None)
    if limit is not None and panel.type != "timeseries":
        json["transformations"] = [_limit_from_query(_ref(limit))]
    return json


def _datasource(lines: Sequence[Line]) -> dict[str, str]:
    asked = {line.language: line.datasource for line in lines}
    return next(iter(asked.values())) if len(asked) == 1 else MIXED


def _ref(index: int) -> str:
    return chr(ord("A") + index)


def _target(panel: Panel, index: int, line: Line) -> dict[str, Any]:
    return _prometheus_target(panel, index, line) if line.language == "promql" else _loki_target(panel, index, line)


def _loki_target(panel: Panel, index: int, line: Line) -> dict[str, Any]:
    instant = panel.type in ("table", "bargauge")
    legend = {} if panel.type == "logs" else {"legendFormat": line.legend}
    return {
        "refId": _ref(index),
        "datasource": LOKI,
        "editorMode": "code",
        "expr": line.expr,
        **legend,
        "queryType": "instant" if instant else "range",
    }


def _prometheus_target(panel: Panel, index: int, line: Line) -> dict[str, Any]:
    instant = panel.type in ("table", "bargauge")
    # From its least step Grafana derives $__rate_interval; a data source may not know how often targets are scraped.
    step = {"interval": line.step} if line.step else {}
    return {
        "refId": _ref(index),
        "datasource": PROMETHEUS,
        "editorMode": "code",
        "expr": line.expr,
        "legendFormat": line.legend,
        "range": not instant,
        "instant": instant,
        **step,
        "format": {"table": "table", "heatmap": "heatmap"}.get(panel.type, "time_series"),
    }


def _defaults(panel: Panel, lines: Sequence[Line]) -> dict[str, Any]:
    if panel.type == "logs":
        return {}
    unit = UNITS[panel.unit or lines[0].unit]
    # A gauge needs its end to be read; a line of small shares would be flat below 100 %.
    whole = 1 if unit.name == "ratio" and panel.type in ("gauge", "bargauge") else None
    largest = panel.max if panel.max is not None else whole
    defaults: dict[str, Any] = {
        "unit": unit.grafana,
        "color": {"mode": "palette-classic" if panel.type == "timeseries" else "thresholds"},
        "thresholds": {"mode": "absolute", "steps": _steps(panel, lines)},
        "noValue": "no data",
    }
    if panel.values:
        texts = {number_text(value): {"text": text, "index": i} for i, (value, text) in enumerate(panel.values.items())}
        defaults["mappings"] = [{"type": "value", "options": texts}]
    bounds = {"min": panel.min, "max": largest, "decimals": panel.decimals}
    defaults |= {name: value for name, value in bounds.items() if value is not None}
    if panel.type == "timeseries":
        defaults["custom"] = {
            "drawStyle": "line",
            "lineWidth": 2,
            "fillOpacity": 30 if panel.stack else 8,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"group": "A", "mode": "normal" if panel.stack else "none"},
            "thresholdsStyle": {"mode": "off"},
        }
    return defaults


def _steps(panel: Panel, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The colours of values, each from its own value on; the first also stands for all below."""
    if panel.steps:
        (_, first), *more = sorted(panel.steps.items())
        return [{"color": first, "value": None}, *({"color": color, "value": value} for value, color in more)]
    # Where no limit is drawn, nothing says what is good: green would.
    return [{"color": "green" if any(line.is_limit for line in lines) else "blue", "value": None}]


_LIMIT_STYLE: list[dict[str, Any]] = [
    {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [10, 10]}},
    {"id": "custom.fillOpacity", "value": 0},
    {"id": "custom.lineWidth", "value": 1},
    {"id": "custom.stacking", "value": {"group": "limit", "mode": "none"}},
]


def _overrides(panel: Panel, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """Colours, and the dashed look of limits, by query."""
    for index, line in enumerate(lines):
        color = "red" if line.is_limit else line.color
        properties: list[dict[str, Any]] = []
        if color:
            properties.append({"id": "color", "value": {"mode": "fixed", "fixedColor": color}})
        if line.is_limit and panel.type == "timeseries":
            properties += _LIMIT_STYLE
        if properties:
            yield {"matcher": {"id": "byFrameRefID", "options": _ref(index)}, "properties": properties}


def _options(panel: Panel) -> dict[str, Any]:
    if panel.type == "timeseries":
        legend = {"showLegend": True, "displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]}
        return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    if panel.type == "heatmap":
        return {"calculate": False, "yAxis": {"unit": "s"}, "cellGap": 1, "tooltip": {"mode": "single"}}
    if panel.type == "logs":
        return {
            "showTime": True,
            "wrapLogMessage": True,
            "enableLogDetails": True,
            "sortOrder": "Descending",
            "dedupStrategy": "none",
        }
    reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    if panel.type == "table":
        return {"showHeader": True, "cellHeight": "sm"}
    if panel.type == "stat":
        return {"reduceOptions": reduced, "colorMode": "value", "graphMode": "area", "textMode": "auto"}
    if panel.type == "bargauge":
        return {"reduceOptions": reduced, "displayMode": "basic", "orientation": "horizontal"}
    return {"reduceOptions": reduced, "showThresholdLabels": False, "showThresholdMarkers": True}


def _limit_from_query(ref: str) -> dict[str, Any]:
    """Turns the limit's value into the panel's red threshold, so that the file needs no number of its own."""
    mapping = {"fieldName": "limit", "handlerKey": "threshold1"}
    return {"id": "configFromData", "options": {"configRefId": ref, "mappings": [mapping]}}
