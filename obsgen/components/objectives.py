"""What a component may say of service level objectives: slos.yaml, sentences about good and bad."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from obsgen.components.fields import (
    AlertName,
    GroupName,
    Interval,
    LabelName,
    OneOrMore,
    Quantity,
    SignalName,
    Strict,
    Text,
    refusal,
)
from obsgen.components.sentences import Alternative
from obsgen.units import UNITS, UnitError, parse


def share(text: str) -> str:
    """Refuses a target that leaves no budget, or is no share."""
    try:
        target = parse(text, UNITS["ratio"])
    except UnitError as problem:
        raise refusal("component/unit", str(problem), problem.hint) from None
    if not 0.5 <= target < 1:
        raise refusal("component/unit", f"a target of {text} is no objective", "from 50% to below 100%, such as 99.9%")
    return text


Target = Annotated[Quantity, AfterValidator(share)]
"""The share that shall be good: `99%`."""


class Events(Strict):
    """Events that are good or bad: those of a histogram that stay `within` a limit, or counted ones that are `bad`."""

    signal: SignalName | None = Field(None, description="a histogram")
    within: Quantity | None = Field(None, description="the limit of a good event: a threshold's name, or a quantity")
    bad: OneOrMore | None = Field(None, description="counters of bad events")
    of: OneOrMore | None = Field(None, description="counters (or histograms) of all events")

    @model_validator(mode="after")
    def _one_form(self) -> Events:
        forms = [bool(self.signal and self.within), bool(self.bad and self.of)]
        partial = bool(self.signal) != bool(self.within) or bool(self.bad) != bool(self.of)
        if sum(forms) != 1 or partial:
            hint = "write {signal: …, within: …}, or {bad: …, of: …}"
            raise refusal("component/sentence", "events are good within a limit, or counted as bad", hint)
        return self


class Objective(Strict):
    """One objective of each server: `events` that shall be good, or `minutes` that shall not be bad."""

    title: Text
    description: Text
    when: str | None = None
    events: Events | None = None
    minutes: Alternative | None = Field(None, description="a condition that makes a minute a bad one")
    by: tuple[LabelName, ...] = ()
    target: Target = "99%"
    window: Interval = "30d"
    alert: AlertName
    group: GroupName

    @model_validator(mode="after")
    def _one_kind(self) -> Objective:
        if (self.events is None) is (self.minutes is None):
            raise refusal("component/sentence", "an objective is about events or about minutes", "keep one of them")
        return self
