"""What a component may say: the strict, frozen models of the files under templates/<component>/.

A component is data. Its signals name the real series, by version and options; alerts, panels and recording rules are
sentences about signals. Field names in the files are camelCase.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from obsgen.components.datasources import Datasource
from obsgen.components.fields import (
    Aggregation,
    AlertLabel,
    Duration,
    FlagOrWindow,
    GroupName,
    LabelName,
    MetricName,
    MetricType,
    OneOrMore,
    Quantity,
    RuleLabel,
    Severity,
    SignalName,
    Step,
    Strict,
    Text,
    UnitName,
    Window,
    refusal,
    sensible,
)
from obsgen.components.logs import Collects, LogLines

DEFAULT_WINDOW = "5m"
"""The window of rates in rules where a sentence names none."""


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

    @model_validator(mode="after")
    def _sensible(self) -> Threshold:
        sensible(self.default, self.unit)
        return self


class Endpoint(Strict):
    """A further page of the same target, scraped into the same job where `when` holds."""

    port: str | None = None
    port_number: int | None = None
    path: str = "/metrics"
    interval: Step | None = None
    when: str | None = None


class Authorization(Strict):
    """The Secret, and the key in it, that hold a bearer token; both may be templates, no Secret means none is sent."""

    secret: str
    key: str


class Scrape(Strict):
    """How the component's metrics are collected.

    `page_labels` are labels that the exporter's own page carries and that clash with target labels: with honorLabels
    they win, without it Prometheus stores them as `exported_…`. `selector` and `port` may be templates; a label of the
    selector that renders to nothing is left out. `deployed` says that the component's manifests bring the Service, so
    that nothing about it is an assumption; `namespace` is where they put it. Where `when` does not hold, something else
    scrapes the component, if anything does.
    """

    when: str | None = None
    monitor: Literal["service", "pod"] = "service"
    selector: dict[str, str] = Field(default_factory=dict)
    port: str | None = None
    port_number: int | None = None
    path: str = "/metrics"
    also: tuple[Endpoint, ...] = ()
    scheme: Literal["http", "https"] | None = None
    interval: Step | None = None
    honor_labels: bool = False
    page_labels: tuple[LabelName, ...] = ()
    attach_node: bool = False
    authorization: Authorization | None = None
    pods: str | None = None
    namespace: str | None = None
    deployed: bool = False


class Conflict(Strict):
    """What makes no sense together: an error where `when` holds; `hint` says what to choose.

    It is told at the `option`, or for a component that needs no listing at a `key` of the profile, such as `a.b`.
    """

    when: str
    option: str | None = None
    key: str | None = None
    message: str
    hint: str


class Precondition(Strict):
    """Something that must be true of the cluster before the stack works, and how to see whether it is."""

    text: str
    when: str | None = None
    command: str | None = None


class SecretKeys(Strict):
    """A Secret that must exist before the first sync: where, and which keys it holds. Never a value.

    `optional` keys may be missing. With `forEach` there is one for each item; equal names in one namespace are one
    Secret with the keys of all.
    """

    name: str
    namespace: str
    keys: tuple[str, ...]
    optional: tuple[str, ...] = ()
    used_by: str
    when: str | None = None
    for_each: dict[str, str] | None = None


class Component(Strict):
    """component.yaml: what the component is, how it is configured and scraped."""

    title: str
    role: Literal["modelServer", "gpuExporter", "exporter", "provider", "application", "platform"]
    description: str
    activate: str | None = None
    versions: Versions | None = None
    default_version: str = "latest"
    options: dict[str, Option] = Field(default_factory=dict)
    scrape: Scrape | None = None
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    covers: tuple[str, ...] = ()
    uses_prices: str | None = Field(None, description="when the profile's prices count for what an instance covers")
    hosts_runtime: bool = False
    prices_gpus: bool = Field(False, description="whether it knows what the cluster's GPUs cost")
    collects: Collects | None = Field(None, description="what it writes to Loki, if it collects logs")
    starter: bool = Field(False, description="what `obsgen init` proposes among the components of its role")
    default_namespace: str | None = None
    conflicts: tuple[Conflict, ...] = ()
    preconditions: tuple[Precondition, ...] = ()
    secrets: tuple[SecretKeys, ...] = ()
    datasources: tuple[Datasource, ...] = ()


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
    labels: Annotated[
        dict[LabelName, LabelName], BeforeValidator(label_map, json_schema_input_type=dict[str, str] | list[str])
    ] = Field(default_factory=dict)
    series: tuple[Series, ...] = ()
    """None where a profile says which of its own metrics this is."""


class Mean(Strict):
    """A mean: the growth of counter `sum` over that of counter `count`; `mean: true` is that of a histogram."""

    sum: SignalName | None = Field(None, description="the counter of what is added up")
    count: SignalName | None = Field(None, description="the counter of how often")


class Ratio(Strict):
    """A share: the summed signals `of` over the summed signals `to`."""

    of: OneOrMore = Field(description="signals whose sum is the part")
    to: OneOrMore = Field(description="signals whose sum is the whole")


def _one_function(over: dict[str, str]) -> dict[str, str]:
    if len(over) != 1:
        raise refusal("component/sentence", "`over` has one function and its window", "write over: {avg: 5m}")
    return over


Over = Annotated[
    dict[Literal["avg", "max", "min", "increase", "deriv", "changes", "stddev", "integral"], Window],
    AfterValidator(_one_function),
]
"""One function over time, and its window."""


class Measure(Strict):
    """A sentence about signals that becomes one PromQL expression.

    Without more, a gauge is aggregated, a counter is a per-second rate, a histogram must say what of it is wanted
    (`quantile`, `mean`, `rate` of observations). `rate: true` (an empty text inside) is over the window of the place.
    """

    signal: SignalName | None = Field(None, description="the signal that it speaks of, see `obsgen explain signals`")
    from_: str | None = Field(None, alias="from", description="the component, or role, that has the signal")
    match: dict[LabelName, OneOrMore] = Field(default_factory=dict, description="labels and the values they must have")
    quantile: float | None = Field(None, gt=0, lt=1, description="of a histogram", examples=[0.95])
    mean: Annotated[Mean | None, BeforeValidator(lambda value: {} if value is True else value)] = Field(
        None, description="true for the mean of a histogram, or {sum, count}: two counters whose growth is divided"
    )
    ratio: Ratio | None = Field(None, description="a share: the sum of some signals in that of others")
    rate: FlagOrWindow | None = Field(None, description="growth a second, over this window; true for the usual one")
    over: Over | None = Field(None, description="a function over time and its window, such as {max: 5m}")
    agg: Aggregation | None = Field(None, description="how series are put together; else what suits the signal")
    by: tuple[LabelName, ...] = Field((), description="labels that are kept, beside cluster and namespace")
    absent: bool = Field(False, description="true where it is to fire if there are no such series")
    times: float | None = Field(None, description="a factor", examples=[2])
    expr: Text | None = Field(None, description="PromQL, where a sentence cannot say it; needs `unit`")
    unit: UnitName | None = Field(None, description="the unit of `expr`")

    @model_validator(mode="after")
    def _one_subject(self) -> Measure:
        of_counters = self.mean is not None and self.mean.sum is not None
        subjects = [self.signal is not None, of_counters, self.ratio is not None, self.expr is not None]
        if sum(subjects) != (0 if self._speaks_through_parts() else 1):
            message = "a sentence speaks of exactly one of signal, ratio, mean: {sum, count} or expr"
            raise refusal("component/sentence", message, "write `signal: name`, or one of the others")
        if self.expr is not None and self.unit is None:
            raise refusal("component/sentence", "an `expr` needs a `unit`", "unit: seconds")
        return self

    def _speaks_through_parts(self) -> bool:
        """Whether the subject stands in parts of the sentence (alternatives, queries) instead of in itself."""
        return False


class Condition(Measure):
    """A measure and the limit it is compared with: a threshold's name, or a quantity."""

    above: Quantity | None = Field(None, description="the limit: a threshold's name, or a quantity with its unit")
    below: Quantity | None = Field(None, description="the limit from below: a threshold's name, or a quantity")

    @model_validator(mode="after")
    def _one_limit(self) -> Condition:
        if self.above is not None and self.below is not None:
            raise refusal("component/sentence", "a condition has one limit", "remove `above:` or `below:`")
        return self

    def _can_be_false(self) -> bool:
        """Whether the condition leaves anything out: a measure alone is true wherever there are series."""
        return self.above is not None or self.below is not None or self.absent or self.expr is not None


class Alternative(Condition):
    """One way for an alert with `any` to fire."""

    when: str | None = Field(None, description="options for which it holds, such as options.mode == 'x'")
    while_: Condition | None = Field(None, alias="while", description="a second condition that must hold, too")
    unless_: Condition | None = Field(None, alias="unless", description="a condition that excuses it")

    @model_validator(mode="after")
    def _compares(self) -> Alternative:
        _refuse_bare(self)
        return self


def _refuse_bare(sentence: Condition) -> None:
    if not sentence._can_be_false():
        raise refusal("component/sentence", "nothing is compared: this would always fire", "write `above:` or `below:`")


class Alert(Condition):
    """alerts.yaml: one alert, for each server of the component.

    `any` joins several conditions by `or`; `while` demands a second condition on the same labels, `unless` is one that
    excuses it (without a limit: series that must not exist).
    """

    when: str | None = Field(None, description="options for which there is such an alert")
    group: GroupName = Field(description="the group of rules that it stands in")
    any_: tuple[Alternative, ...] = Field((), alias="any", description="several conditions, of which one is enough")
    while_: Condition | None = Field(None, alias="while", description="a second condition that must hold, too")
    unless_: Condition | None = Field(None, alias="unless", description="a condition that excuses it")
    for_: Duration = Field(alias="for", description="how long it must hold before somebody is told")
    severity: Severity = Field(description="how soon somebody must act")
    labels: dict[AlertLabel, Text] = Field(default_factory=dict, description="more labels, for routes")
    summary: Text = Field(description="one line: what is wrong")
    description: Text = Field(description="what is wrong where, with the value and the limit")

    @model_validator(mode="after")
    def _compares(self) -> Alert:
        if not self.any_:
            _refuse_bare(self)
        return self

    def _speaks_through_parts(self) -> bool:
        return bool(self.any_)


class Operand(Strict):
    """Another signal in a recording rule, put together `by` labels.

    Of those the sentence has some, on which the two are matched; the others are brought along.
    """

    signal: SignalName
    from_: str | None = Field(None, alias="from")
    agg: Aggregation | None = None
    by: tuple[LabelName, ...]

    def measure(self) -> Measure:
        """The signal as a sentence."""
        return Measure.model_validate(self.model_dump(by_alias=True, exclude_none=True))


class Recording(Measure):
    """recording.yaml: a series that rules and panels may use, computed once.

    With `forEach` there is a rule for each item: `when`, `server`, `constant`, and the values of `match` and `labels`,
    may speak of it. `server` names the one whose signals it speaks of, instead of the component's own. A `constant` is
    a number. What is left is taken `less` another signal, never below nothing, then times its `product`. `rename` gives
    labels other names in the recorded series; one that no series has becomes the server's name.
    """

    record: MetricName
    when: str | None = None
    for_each: dict[str, str] | None = None
    server: str | None = None
    constant: Quantity | None = None
    less: Operand | None = None
    product: Operand | None = None
    rename: dict[LabelName, LabelName] = Field(default_factory=dict)
    group: GroupName
    labels: dict[RuleLabel, str] = Field(default_factory=dict)

    def _speaks_through_parts(self) -> bool:
        return self.constant is not None


class ValuesTemplate(Strict):
    """values.yaml: what a component adds to the values of the Helm chart that the stack is installed with."""

    when: str | None = None
    values: dict[str, Any]


class PlainTemplate(Strict):
    """plain/<name>.yaml: a file of each environment that no Kubernetes object holds, at <component>/<environment>/."""

    file: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,60}\.ya?ml$")]
    when: str | None = None
    content: dict[str, Any]


class ManifestTemplate(Strict):
    """manifests/<name>.yaml: one Kubernetes object, or one for each item of a list."""

    part: Literal["platform", "monitors", "rules", "dashboards"] = "platform"
    when: str | None = None
    for_each: dict[str, str] | None = None
    per_server: bool = False
    object: dict[str, Any]
