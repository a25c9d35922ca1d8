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


class Caution(Strict):
    """A use of a signal that goes wrong although name, type and unit are right, and what to do instead.

    It is told where all that is given here holds: under one of the `functions` or aggregations; with a matcher that
    asks for these labels' values, or `without` any on a label; in an alert whose name, or a panel whose title, has one
    of the `words`; `alone` in an alert that asks for nothing besides it.
    """

    text: str = Field(description="what is wrong with it, behind the series' name")
    hint: str
    functions: tuple[str, ...] = ()
    match: dict[LabelName, str] = Field(default_factory=dict)
    without: LabelName | Literal[""] = ""
    words: tuple[str, ...] = ()
    alone: bool = False
    since: str | None = None
    until: str | None = None


class Signal(Strict):
    """One measurable thing: type, unit, labels (ours to real) and the series behind it, in order of preference.

    `scope` says which series of a metric belong to a server: those of its scrape target, of its workload's pods, or all
    of the cluster. `values` lists all values of those of our labels that have a closed set of them. `mistaken` are
    names that people write for it and no version exposes, `elsewhere` those of other exporters, and whose they are.
    `rest` are the signals that together with it make the whole. Without the label `totals` a series is the sum of
    others. `zero` says what a value of 0 means, where that is not that there is none of it; `outcome` is the label of
    ours that says how what is counted has ended, where all ends are counted, whatever the name says.
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
    elsewhere: dict[MetricName, str] = Field(default_factory=dict)
    rest: tuple[SignalName, ...] = ()
    totals: LabelName | Literal[""] = ""
    zero: str = ""
    outcome: LabelName | Literal[""] = ""
    cautions: tuple[Caution, ...] = ()
    series: tuple[Series, ...] = ()
    """None where a profile says which of its own metrics this is."""
