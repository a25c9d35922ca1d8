"""The sentences about signals that alerts, panels, objectives and recording rules consist of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from obsgen.components.fields import (
    Aggregation,
    FlagOrWindow,
    LabelName,
    OneOrMore,
    Quantity,
    SignalName,
    Strict,
    Text,
    UnitName,
    Window,
    refusal,
)

DEFAULT_WINDOW = "5m"
"""The window of rates in rules where a sentence names none."""


class Mean(Strict):
    """A mean: the growth of counter `sum` over that of counter `count`; `mean: true` is that of a histogram."""

    sum: SignalName | None = Field(None, description="the counter of what is added up")
    count: SignalName | None = Field(None, description="the counter of how often")


class Ratio(Strict):
    """A share: the summed signals `of` over the summed signals `to`."""

    of: OneOrMore = Field(description="signals whose sum is the part")
    to: OneOrMore = Field(description="signals whose sum is the whole")
    match: dict[LabelName, OneOrMore] = Field(
        default_factory=dict, description="labels of the part alone; what stands beside `ratio` is of the whole too"
    )


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

    def _refuse_bare(self) -> None:
        if not self._can_be_false():
            hint = "write `above:` or `below:`"
            raise refusal("component/sentence", "nothing is compared: this would always fire", hint)


class Alternative(Condition):
    """One way for an alert with `any` to fire."""

    when: str | None = Field(None, description="options for which it holds, such as options.mode == 'x'")
    while_: Condition | None = Field(None, alias="while", description="a second condition that must hold, too")
    unless_: Condition | None = Field(None, alias="unless", description="a condition that excuses it")

    @model_validator(mode="after")
    def _compares(self) -> Alternative:
        self._refuse_bare()
        return self
