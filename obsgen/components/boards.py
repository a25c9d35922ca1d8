"""What a component may say of dashboards: dashboards/<name>.yaml, rows of panels that are sentences about signals."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from obsgen.components.fields import Strict, refusal
from obsgen.components.sentences import Measure


class PanelQuery(Measure):
    """One line (or value) of a panel."""

    legend: str | None = None
    color: str | None = None
    when: str | None = None


class Panel(Measure):
    """One panel: a sentence of its own, or several `queries`.

    One of type `logs` shows lines: those that a signal counts or, without a signal, all of the servers' pods.

    `threshold` names the alert whose limit is drawn. A value that stands for a state has a text in `values`, and in
    `steps` the colour that begins with it.
    """

    title: str
    type: Literal["timeseries", "stat", "gauge", "bargauge", "heatmap", "table", "logs", "text"] = "timeseries"
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
    values: dict[float, str] = Field(default_factory=dict)
    steps: dict[float, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_meaning_of_colors(self) -> Panel:
        if self.steps and (self.threshold or self.type == "timeseries"):
            hint = "remove `threshold:`, or take another type such as stat"
            raise refusal("component/value", "`steps` colour the values of a panel without a limit", hint)
        return self

    def _speaks_through_parts(self) -> bool:
        return bool(self.queries) or self.type == "text" or (self.type == "logs" and not self.signal)


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
    to_servers: bool = False
    """Whether series, whose names begin with a server's, lead to that server's board."""
    variables: tuple[Literal["namespace", "server", "pod", "model", "node"], ...] = ("namespace", "server", "pod")
    time: str = "now-1h"
    refresh: str = "30s"
    rows: tuple[Row, ...] = Field(min_length=1)
