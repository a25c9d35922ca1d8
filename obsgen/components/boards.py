"""What a component may say of dashboards: dashboards/<name>.yaml, rows of panels that are sentences about signals."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from obsgen.components.fields import Strict
from obsgen.components.models import Measure


class PanelQuery(Measure):
    """One line (or value) of a panel."""

    legend: str | None = None
    color: str | None = None
    when: str | None = None


class Panel(Measure):
    """One panel: a sentence of its own, or several `queries`. `threshold` names the alert whose limit is drawn."""

    title: str
    type: Literal["timeseries", "stat", "gauge", "bargauge", "heatmap", "table", "text"] = "timeseries"
    description: str
    when: str | None = None
    queries: tuple[PanelQuery, ...] = ()
    legend: str | None = None
    color: str | None = None
    threshold: str | None = None
    width: int | None = Field(default=None, ge=3, le=24)
    height: int = Field(default=8, ge=3, le=30)
    max: float | None = None
    min: float | None = 0
    stack: bool = False
    decimals: int | None = None

    def _speaks_through_parts(self) -> bool:
        return bool(self.queries) or self.type == "text"


class Row(Strict):
    """A titled row of panels."""

    title: str
    when: str | None = None
    collapsed: bool = False
    panels: tuple[Panel, ...]


class Dashboard(Strict):
    """dashboards/<name>.yaml: one board over all servers of the component."""

    title: str
    description: str
    when: str | None = None
    tags: tuple[str, ...] = ()
    variables: tuple[Literal["namespace", "server", "pod", "model", "node"], ...] = ("namespace", "server", "pod")
    time: str = "now-1h"
    refresh: str = "30s"
    rows: tuple[Row, ...] = Field(min_length=1)
