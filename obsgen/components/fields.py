"""The kinds of values in components and profiles, each with the reason that a wrong one is refused for."""

from __future__ import annotations

from collections.abc import Sized
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from obsgen.conventions import SERVICE_LABEL
from obsgen.units import UNITS, UnitError, duration, number_text, parse, prometheus_duration

Filled = TypeVar("Filled", bound=Sized)


class Strict(BaseModel):
    """A frozen model whose keys are camelCase and where an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        defer_build=True,
    )


def refusal(check: str, message: str, hint: str) -> PydanticCustomError:
    """A fault with an id of ours, a message without placeholders, and what to write instead."""
    return PydanticCustomError(check, "{message}", {"message": message, "hint": hint})


def _known_unit(name: Any) -> Any:
    if not isinstance(name, str) or name not in UNITS:
        raise refusal("component/unit", f"no unit '{name}'", ", ".join(UNITS))
    return name


def _duration(text: Any) -> Any:
    try:
        duration(str(text))
    except UnitError as problem:
        raise refusal("profile/duration", str(problem), problem.hint) from None
    return text


def _interval(text: Any) -> Any:
    if duration(str(_duration(text))) == 0:
        raise refusal("profile/duration", f"'{text}' is no time at all", "write 30s or 5m")
    return text


def _kept(text: Any) -> Any:
    if str(text).strip().isdigit():
        raise refusal("profile/duration", f"'{text}' is not a duration", f"write {text}d")
    return _interval(text)


LONGEST_STEP = 120
"""Seconds that may lie between two samples of a series.

An instant query looks back five minutes (Prometheus' --query.lookback-delta): beyond half of that, one sample that is
missing leaves a hole, in which alerts forget what they waited for.
"""


def _step(text: Any) -> Any:
    if duration(str(_interval(text))) > LONGEST_STEP:
        hint = (
            f"at most {prometheus_duration(LONGEST_STEP)}: queries look back 5 minutes, "
            "so that one missing sample would already reset alerts"
        )
        raise refusal("profile/interval", f"'{text}' is too long between two samples", hint)
    return text


def _window(text: Any) -> Any:
    return text if text in ("$__rate_interval", "$__range") else _interval(text)


def _quantity(value: Any) -> Any:
    return number_text(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _flag(value: Any) -> Any:
    return "" if value is True else _window(value)


def _one_or_more(value: Any) -> Any:
    return [_quantity(item) for item in value] if isinstance(value, (list, tuple)) else [_quantity(value)]


def _filled(value: Filled) -> Filled:
    if not value:
        raise refusal("profile/empty", "nothing is listed here", "name at least one")
    return value


_NOT_A_LABEL = {
    "severity": "write `severity:` beside `labels:`",
    "alertname": "a component's alert is renamed with `name:`; one of your own has the name that it stands under",
    "cluster": "write `cluster: {name: …}`; Prometheus adds it as an external label",
    "namespace": "write `namespace:` of the server; queries and routes go by it",
    SERVICE_LABEL: "it is the server's `name:`; boards and routes go by it",
}
"""Labels of alerts that obsgen or Prometheus sets, and how their values are chosen."""


def _free(label: str) -> str:
    if label in _NOT_A_LABEL:
        message = f"label '{label}' of an alert is set by obsgen or Prometheus"
        raise refusal("profile/reserved-label", message, _NOT_A_LABEL[label])
    return label


def sensible(quantity: str, unit: str) -> None:
    """Refuses a quantity that its unit cannot have."""
    try:
        parse(quantity, UNITS[unit])
    except UnitError as problem:
        raise refusal("component/unit", str(problem), problem.hint) from None


Quantity = Annotated[str, BeforeValidator(_quantity, json_schema_input_type=str | float), Field(examples=["8s"])]
"""A number with its unit, as text: `8s`, `90%`, `0.9`."""
Duration = Annotated[str, BeforeValidator(_duration), Field(examples=["5m"])]
Interval = Annotated[str, BeforeValidator(_interval), Field(examples=["5m"])]
Kept = Annotated[str, BeforeValidator(_kept), Field(examples=["15d"])]
"""How long something is kept: without a unit, days are meant."""
Step = Annotated[str, BeforeValidator(_step), Field(examples=["30s"])]
"""The time between two samples of a series: of a scrape, or of a rule's evaluation."""
Window = Annotated[str, BeforeValidator(_window), Field(examples=["5m"])]
"""A duration; on boards also Grafana's own windows."""
FlagOrWindow = Annotated[
    str, BeforeValidator(_flag, json_schema_input_type=Literal[True] | str), Field(examples=["5m"])
]
"""A window; `true` is an empty text: the window of the place."""
UnitName = Annotated[str, BeforeValidator(_known_unit), Field(examples=["seconds"])]
MetricName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$", max_length=200)]
LabelName = Annotated[
    str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=100), Field(examples=["model"])
]
RuleLabel = Annotated[
    str, StringConstraints(pattern=r"^_?[a-zA-Z][a-zA-Z0-9_]*$", max_length=100), Field(examples=["team"])
]
"""A label that a rule may set: those that start with `__` are Prometheus' own."""
AlertLabel = Annotated[RuleLabel, AfterValidator(_free)]
"""A label that an alert may have besides those that every alert has."""
GroupName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9._ ]*$", max_length=80), Field(examples=["latency"])
]
SignalName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60), Field(examples=["e2e_latency"])
]
AlertName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]{2,80}$"), Field(examples=["ChatSlow"])]
Text = Annotated[str, StringConstraints(max_length=8000), Field(examples=["p95 is above << limit >>"])]
"""A text or an expression that people can still read."""
NotEmpty = AfterValidator(_filled)
OneOrMore = Annotated[
    tuple[str, ...],
    BeforeValidator(_one_or_more, json_schema_input_type=str | float | list[str | float]),
    NotEmpty,
    Field(examples=["chat"]),
]
"""A value, or a list of them."""

MetricType = Literal["gauge", "counter", "histogram", "summary", "info"]
Aggregation = Literal["sum", "avg", "max", "min", "count", "group"]
Severity = Literal["critical", "warning", "info"]
