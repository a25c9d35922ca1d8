"""What a component may say of logs: which lines stand behind a signal, and how a collector writes lines to Loki."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from obsgen.components.fields import LabelName, OneOrMore, Strict

FIELD = r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*"
"""A field of a structured log line; `a.b` is `b` inside `a`."""

LogField = Annotated[str, StringConstraints(min_length=1, max_length=200), Field(examples=["latency_ms"])]
"""A field, or a template that becomes one."""


def _as_logged(value: Any) -> Any:
    """Truth as JSON writes it."""
    if isinstance(value, list):
        return [_as_logged(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else value


LogValues = Annotated[OneOrMore, BeforeValidator(_as_logged)]


class LogLines(Strict):
    """The log lines of a server that a signal counts, or whose `field` it measures.

    `where` says which values fields must have, `where_not` which not: `{refusal: ""}` there demands that the field is
    there. Without any of the three every line counts, whatever its form. `labels` are fields that become labels of ours
    under other names than theirs.
    """

    where: dict[LogField, LogValues] = Field(default_factory=dict)
    where_not: dict[LogField, LogValues] = Field(default_factory=dict)
    field: LogField | None = None
    labels: dict[LabelName, LogField] = Field(default_factory=dict)
    parse: Literal["json", "logfmt"] = "json"


class Collects(Strict):
    """How a collector writes to Loki what pods log.

    `labels` are those of its streams, ours to the real ones. A line may be wrapped: then `fields` is where in the
    stored JSON the fields of a JSON line stand, `text` where a line stands that is not JSON.
    """

    labels: dict[LabelName, LabelName] = Field(min_length=1)
    fields: str = ""
    text: str = ""
