"""What a component may say of signals: signals.yaml, one measurable thing each and the series behind it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from obsgen.components.fields import (
    Aggregation,
    LabelName,
    MetricName,
    MetricType,
    OneOrMore,
    SignalName,
    Strict,
    UnitName,
    refusal,
)
from obsgen.components.logs import LogLines


class Series(Strict):
    """One real series, or the log lines, behind a signal, and when it is the one.

    A row that stands `alone` counts what a later row counts too: it is taken only if it fits every version that runs,
    so that during a roll-out no event is counted under two names.
    """

    name: MetricName = ""
    log: LogLines | None = None
    since: str | None = None
    until: str | None = None
    when: str | None = None
    alone: bool = False
    match: dict[LabelName, OneOrMore] = Field(default_factory=dict)
    match_not: dict[LabelName, OneOrMore] = Field(default_factory=dict)
    scale: float = 1.0
    labels: dict[LabelName, LabelName] | None = None
    type: MetricType | None = None
    buckets: tuple[float, ...] | None = None
    starts_at: Literal["zero", "first"] = "zero"
    deprecated: str | None = Field(None, description="the first version that says it will go")

    @model_validator(mode="after")
    def _metric_or_log(self) -> Series:
        if bool(self.name) == bool(self.log):
            hint = "write `name:` with the metric's name, or `log:` with the lines"
            raise refusal("component/sentence", "a series is a metric or log lines", hint)
        return self

    @property
    def told(self) -> str:
        """The series' name for people."""
        return self.name or "log lines"


def label_map(value: Any) -> Any:
    """Labels as a list are named as they are."""
    return {name: name for name in value} if isinstance(value, list) else value


class LabelValue(Strict):
    """A value that a label can have, and the versions that have it."""

    value: str
    since: str | None = None
    until: str | None = None


def _label_value(value: Any) -> Any:
    return value if isinstance(value, dict) else {"value": value}


class Signal(Strict):
    """One measurable thing: type, unit, labels (ours to real) and the series behind it, in order of preference.

    `scope` says which series of a metric belong to a server: those of its scrape target, of its workload's pods, or
    all of the cluster. `values` lists all values of those of our labels that have a closed set of them. `mistaken` are
    names that people write for it and no version exposes. `rest` are the signals that together with it make the whole.
    """

    help: str
    type: MetricType
    unit: UnitName
    aggregate: Aggregation | None = None
    scope: Literal["target", "workload", "cluster"] = "target"
    labels: Annotated[
        dict[LabelName, LabelName], BeforeValidator(label_map, json_schema_input_type=dict[str, str] | list[str])
    ] = Field(default_factory=dict)
    values: dict[
        LabelName,
        tuple[Annotated[LabelValue, BeforeValidator(_label_value, json_schema_input_type=LabelValue | str)], ...],
    ] = Field(default_factory=dict)
    mistaken: tuple[MetricName, ...] = ()
    rest: tuple[SignalName, ...] = ()
    series: tuple[Series, ...] = ()
    """None where a profile says which of its own metrics this is."""
