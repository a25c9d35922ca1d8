"""What a component may say of rules: alerts.yaml and recording.yaml, sentences that Prometheus or Loki evaluates."""

from __future__ import annotations

from pydantic import Field, model_validator

from obsgen.components.fields import (
    Aggregation,
    AlertLabel,
    Duration,
    GroupName,
    LabelName,
    MetricName,
    Quantity,
    RuleLabel,
    Severity,
    SignalName,
    Strict,
    Text,
)
from obsgen.components.sentences import Alternative, Condition, Measure


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
            self._refuse_bare()
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
