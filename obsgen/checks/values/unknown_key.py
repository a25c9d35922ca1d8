"""Keys of values that the chart does not know, so that Helm ignores them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from obsgen import schemas
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.chartvalues import CHART, Spec, is_of_sub_chart, known_keys, specs
from obsgen.repository.objects import Located

ID = "values/unknown-key"
LEVEL = 2
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """Every unknown key; an error where another was probably meant, else a warning: newer charts know more."""
    for values in repository.chart_values:
        condition = {"enabled": None} if is_of_sub_chart(values) else {}
        yield from _unknown(values, known_keys() | condition)
        for spec in specs():
            yield from _in_spec(values.at(*spec.at), spec)


def _unknown(located: Located, known: dict[str, Any]) -> Iterator[Finding]:
    for key in located.value if isinstance(located.value, dict) else ():
        if key not in known:
            yield _finding(located, key, list(known), f"{CHART} knows no key '{key}' here")
        elif isinstance(known[key], dict):
            yield from _unknown(located.at(key), known[key])


def _in_spec(located: Located, spec: Spec) -> Iterator[Finding]:
    """Keys that neither the chart nor the resource knows; what only the resource knows is not handed on."""
    fields = set(schemas.fields(spec.api_version, spec.kind, ("spec",)))
    renamed = {field: key for key, field in spec.fields.items()}
    for key in located.value if isinstance(located.value, dict) else ():
        if key in spec.known:
            continue
        if key in renamed:
            message = f"{CHART} calls '{key}' of the {spec.kind} resource '{renamed[key]}'"
            yield Finding(ID, SEVERITY, message, located.place((key,), key=True), f"write {renamed[key]}")
        elif key in fields:
            message = f"{CHART} does not hand '{key}' on to the {spec.kind} resource"
            hint = "put it under additionalConfig, whose keys the chart hands on as they are; newer charts may know it"
            yield Finding(ID, Severity.WARNING, message, located.place((key,), key=True), hint)
        else:
            message = f"neither {CHART} nor the {spec.kind} resource knows '{key}'"
            yield _finding(located, key, sorted(spec.known | fields), message)


def _finding(located: Located, key: Any, known: list[str], message: str) -> Finding:
    near = get_close_matches(str(key), known, n=1, cutoff=0.75)
    severity = Severity.ERROR if near else Severity.WARNING
    hint = f"did you mean '{near[0]}'?" if near else "Helm ignores it, unless the chart is newer than the one read here"
    return Finding(ID, severity, message, located.place((key,), key=True), hint)
