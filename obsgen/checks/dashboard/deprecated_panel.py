"""Panel types that current Grafana no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "dashboard/deprecated-panel"
LEVEL = 2
SEVERITY = Severity.WARNING

_INSTEAD = {
    "graph": "timeseries",
    "grafana-piechart-panel": "piechart",
    "grafana-worldmap-panel": "geomap",
    "heatmap-new": "heatmap",
    "singlestat": "stat",
    "table-old": "table",
}


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the type: Grafana converts some of them when a board is opened, and loses details."""
    for board in repository.dashboards:
        for panel in board.panels():
            instead = _INSTEAD.get(str(panel.value.get("type")))
            if instead:
                message = f"panel type '{panel.value['type']}' is gone from current Grafana"
                yield Finding(ID, SEVERITY, message, panel.place(("type",)), f"use {instead}")
