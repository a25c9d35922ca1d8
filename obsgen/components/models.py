"""What a component may say: the strict, frozen models of the files under templates/<component>/.

A component is data. Its signals name the real series, by version and options; alerts, panels and recording rules are
sentences about signals. Field names in the files are camelCase.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from obsgen.units import UNITS, UnitError, duration, number_text


class Strict(BaseModel):
    """A frozen model whose keys are camelCase and where an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_alias=True, validate_by_name=False
    )


def _known_unit(name: Any) -> Any:
    if name not in UNITS:
        raise PydanticCustomError("component/unit", "no unit '{name}'", {"name": name, "hint": ", ".join(UNITS)})
    return name


def _duration(text: Any) -> Any:
    try:
        duration(str(text))
    except UnitError as problem:
        raise PydanticCustomError(
            "profile/duration", "{message}", {"message": str(problem), "hint": problem.hint}
        ) from None
    return text


def _quantity(value: Any) -> Any:
    return number_text(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _flag_or(value: Any, meant: Any) -> Any:
    return meant if value is True else value


Quantity = Annotated[str, BeforeValidator(_quantity)]
"""A number with its unit, as text: `8s`, `90%`, `0.9`."""


def _window(text: Any) -> Any:
    return text if text in ("$__rate_interval", "$__range") else _duration(text)


Window = Annotated[str, BeforeValidator(_window)]
"""A duration; on boards also Grafana's own windows."""
UnitName = Annotated[str, BeforeValidator(_known_unit)]
Duration = Annotated[str, BeforeValidator(_duration)]
MetricName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$", max_length=200)]
LabelName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=100)]
SignalName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
AlertName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]{2,80}$")]
OneOrMore = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]

DEFAULT_WINDOW = "5m"
"""The window of rates in rules where a sentence names none."""

MetricType = Literal["gauge", "counter", "histogram", "info"]
Aggregation = Literal["sum", "avg", "max", "min", "count"]
Severity = Literal["critical", "warning", "info"]


class Versions(Strict):
    """The versions that the component's facts were read at, oldest first, and where they were read."""

    known: tuple[str, ...] = Field(min_length=1)
    source: str


class Option(Strict):
    """A switch of the component that a profile may set."""

    help: str
    default: Any = None
    values: tuple[Any, ...] | None = None


class Threshold(Strict):
    """A limit that a profile may set: its unit, the default of an experienced operator, and what it means."""

    unit: UnitName
    default: Quantity
    help: str


class Endpoint(Strict):
    """A further page of the same target, scraped into the same job where `when` holds."""

    port: str | None = None
    port_number: int | None = None
    path: str = "/metrics"
    when: str | None = None


class Scrape(Strict):
    """How the component's metrics are collected.

    `page_labels` are labels that the exporter's own page carries and that clash with target labels: with honorLabels
    they win, without it Prometheus stores them as `exported_…`. `selector` and `port` may be templates; a label of the
    selector that renders to nothing is left out.
    """

    monitor: Literal["service", "pod"] = "service"
    selector: dict[str, str] = Field(default_factory=dict)
    port: str | None = None
    port_number: int | None = None
    path: str = "/metrics"
    also: tuple[Endpoint, ...] = ()
    scheme: Literal["http", "https"] | None = None
    interval: Duration | None = None
    honor_labels: bool = False
    page_labels: tuple[LabelName, ...] = ()
    attach_node: bool = False
    authorization: dict[str, str] | None = None
    pods: str | None = None
    namespace: str | None = None


class Precondition(Strict):
    """Something that must be true of the cluster before the stack works, and how to see whether it is."""

    text: str
    when: str | None = None
    command: str | None = None


class SecretKeys(Strict):
    """A Secret that must exist before the first sync: where, and which keys it holds. Never a value."""

    name: str
    namespace: str
    keys: tuple[str, ...]
    used_by: str
    when: str | None = None


class Component(Strict):
    """component.yaml: what the component is, how it is configured and scraped."""

    title: str
    role: Literal["modelServer", "gpuExporter", "provider", "platform"]
    description: str
    activate: str | None = None
    versions: Versions | None = None
    default_version: str = "latest"
    options: dict[str, Option] = Field(default_factory=dict)
    scrape: Scrape | None = None
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    covers: tuple[str, ...] = ()
    hosts_runtime: bool = False
    starter: bool = Field(False, description="what `obsgen init` proposes among the components of its role")
    default_namespace: str | None = None
    preconditions: tuple[Precondition, ...] = ()
    secrets: tuple[SecretKeys, ...] = ()


class Series(Strict):
    """One real series behind a signal, and when it is the one."""

    name: MetricName
    since: str | None = None
    until: str | None = None
    when: str | None = None
    match: dict[LabelName, OneOrMore] = Field(default_factory=dict)
    match_not: dict[LabelName, OneOrMore] = Field(default_factory=dict)
    scale: float = 1.0
    labels: dict[LabelName, LabelName] | None = None
    type: MetricType | None = None
    buckets: tuple[float, ...] | None = None
    starts_at: Literal["zero", "first"] = "zero"


def _label_map(value: Any) -> Any:
    return {name: name for name in value} if isinstance(value, list) else value


class Signal(Strict):
    """One measurable thing: type, unit, labels (ours to real) and the series behind it, in order of preference.

    `scope` says which series of a metric belong to a server: those of its scrape target, of its workload's pods, or
    all of the cluster.
    """

    help: str
    type: MetricType
    unit: UnitName
    aggregate: Aggregation | None = None
    scope: Literal["target", "workload", "cluster"] = "target"
    labels: Annotated[dict[LabelName, LabelName], BeforeValidator(_label_map)] = Field(default_factory=dict)
    series: tuple[Series, ...] = Field(min_length=1)


class Mean(Strict):
    """A mean: the growth of counter `sum` over that of counter `count`; `mean: true` is that of a histogram."""

    sum: SignalName | None = None
    count: SignalName | None = None


class Ratio(Strict):
    """A share: the summed signals `of` over the summed signals `to`."""

    of: OneOrMore
    to: OneOrMore


class Measure(Strict):
    """A sentence about signals that becomes one PromQL expression.

    Without more, a gauge is aggregated, a counter is a per-second rate, a histogram must say what of it is wanted
    (`quantile`, `mean`, `rate` of observations). `rate: true` (an empty text inside) is over the window of the place:
    5m in rules, Grafana's on boards. `over` applies a function over time to it. `by` lists our labels.
    """

    signal: SignalName | None = None
    from_: str | None = Field(default=None, alias="from")
    match: dict[LabelName, OneOrMore] = Field(default_factory=dict)
    quantile: float | None = Field(default=None, gt=0, lt=1)
    mean: Annotated[Mean | None, BeforeValidator(lambda value: _flag_or(value, {}))] = None
    ratio: Ratio | None = None
    rate: Annotated[str, BeforeValidator(lambda value: "" if value is True else _window(value))] | None = None
    over: dict[Literal["avg", "max", "min", "increase", "deriv", "changes", "stddev"], Window] | None = None
    agg: Aggregation | None = None
    by: tuple[str, ...] = ()
    absent: bool = False
    times: float | None = None
    expr: str | None = None
    unit: UnitName | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Measure:
        of_counters = self.mean is not None and self.mean.sum is not None
        subjects = [self.signal is not None, of_counters, self.ratio is not None, self.expr is not None]
        if sum(subjects) != (0 if self._speaks_through_parts() else 1):
            raise PydanticCustomError(
                "component/sentence",
                "a sentence speaks of exactly one of signal, ratio, mean: {{sum, count}} or expr",
                {"hint": "write `signal: name`, or one of the others"},
            )
        if self.expr is not None and self.unit is None:
            raise PydanticCustomError("component/sentence", "an `expr` needs a `unit`", {"hint": "unit: seconds"})
        return self

    def _speaks_through_parts(self) -> bool:
        """Whether the subject stands in parts of the sentence (alternatives, queries) instead of in itself."""
        return False


class Condition(Measure):
    """A measure and the limit it is compared with: a threshold's name, or a quantity."""

    above: Quantity | None = None
    below: Quantity | None = None


class Alternative(Condition):
    """One way for an alert with `any` to fire."""

    when: str | None = None
    while_: Condition | None = Field(default=None, alias="while")
    unless_: Condition | None = Field(default=None, alias="unless")


class Alert(Condition):
    """alerts.yaml: one alert, for each server of the component.

    `any` joins several conditions by `or`; `while` demands a second condition on the same labels, `unless` is one that
    excuses it (without a limit: series that must not exist).
    """

    when: str | None = None
    group: str
    any_: tuple[Alternative, ...] = Field(default=(), alias="any")
    while_: Condition | None = Field(default=None, alias="while")
    unless_: Condition | None = Field(default=None, alias="unless")
    for_: Duration = Field(alias="for")
    severity: Severity
    labels: dict[LabelName, str] = Field(default_factory=dict)
    summary: str
    description: str

    def _speaks_through_parts(self) -> bool:
        return bool(self.any_)


class Recording(Measure):
    """recording.yaml: a series that rules and panels may use, computed once.

    With `forEach` there is a rule for each item: `when`, and the values of `match` and `labels`, may speak of it.
    """

    record: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    when: str | None = None
    for_each: dict[str, str] | None = None
    group: str
    labels: dict[LabelName, str] = Field(default_factory=dict)


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


class ManifestTemplate(Strict):
    """manifests/<name>.yaml: one Kubernetes object, or one for each item of a list."""

    part: Literal["platform", "monitors", "rules", "dashboards"] = "platform"
    when: str | None = None
    for_each: dict[str, str] | None = None
    per_server: bool = False
    object: dict[str, Any]
