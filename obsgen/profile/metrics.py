"""Metrics that a profile declares of its own applications."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from obsgen.components.fields import LabelName, OneOrMore, SignalName, Step, Strict, UnitName, refusal
from obsgen.components.signals import label_map
from obsgen.profile.names import Port


def _meanings(value: Any) -> Any:
    if isinstance(value, str):
        return {value: {}}
    return {name: match or {} for name, match in value.items()} if isinstance(value, dict) else value


Meanings = Annotated[
    dict[SignalName, dict[LabelName, OneOrMore]],
    BeforeValidator(_meanings, json_schema_input_type=str | dict[str, dict[str, str | list[str]] | None]),
]
"""Signals that a metric stands for, each with the values of labels that make it so."""


class DeclaredMetric(Strict):
    """A metric as the application's page has it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"type": "histogram", "unit": "seconds", "buckets": [0.1, 1, 10]}]}
    )

    type: Literal["gauge", "counter", "histogram"] = Field(
        description="what the page's TYPE line says", examples=["histogram"]
    )
    unit: UnitName = Field("count", description="what it counts or measures")
    labels: Annotated[
        dict[LabelName, LabelName], BeforeValidator(label_map, json_schema_input_type=dict[str, str] | list[str])
    ] = Field(
        default_factory=dict, description="its own labels; as a mapping, from the name that others use to the real one"
    )
    buckets: tuple[float, ...] = Field(
        (), description="upper edges of a histogram, without +Inf", examples=[[0.1, 1, 10]]
    )
    help: Annotated[str, StringConstraints(max_length=300)] = Field("", description="what it means")
    signal: Meanings = Field(
        default_factory=dict,
        description="what it is to the component's alerts and boards, such as requests; or a mapping from such names "
        "to the labels' values that make it so, such as {requests: {}, errors: {status: error}}",
    )

    @model_validator(mode="after")
    def _buckets_of_histograms(self) -> DeclaredMetric:
        if self.buckets and self.type != "histogram":
            raise refusal("profile/metric", f"a {self.type} has no buckets", "remove `buckets:`")
        if self.type == "histogram" and not self.buckets:
            raise refusal("profile/metric", "a histogram has buckets", "write buckets: [0.1, 0.5, 1, 5]")
        if list(self.buckets) != sorted(set(self.buckets)):
            raise refusal("profile/metric", "buckets grow from one to the next", "sort them, each once")
        return self


class Page(Strict):
    """A page of the application's metrics, where there are several."""

    path: Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._~/-]*$", max_length=200)] = Field(
        "/metrics", description="its path"
    )
    port: Port | None = Field(None, description="the port's name; else that of the application")
    interval: Step | None = Field(None, description="of its scrapes; else that of the application")


def own_signals(metric: str, declared: DeclaredMetric) -> Meanings:
    """The names under which sentences speak of a declared metric."""
    return declared.signal or {metric.lower().replace(":", "_").strip("_"): {}}
