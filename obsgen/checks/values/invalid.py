"""Values whose keys become fields of a resource that does not allow them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen import schemas
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.chartvalues import Spec, specs
from obsgen.repository.objects import Located
from obsgen.source import Route

ID = "values/invalid"
LEVEL = 2
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """Every difference from the resource's schema, at the value that is wrong."""
    for values in repository.chart_values:
        for spec in specs():
            yield from _in_spec(values.at(*spec.at), spec)


def _in_spec(located: Located, spec: Spec) -> Iterator[Finding]:
    schema = schemas.lookup(spec.api_version, spec.kind)
    written = located.value
    if schema is None or not isinstance(written, dict):
        return
    routes = {spec.fields.get(key, key): (key,) for key in written if key in spec.passed | spec.fields.keys()}
    added = written.get("additionalConfig")
    routes |= {key: ("additionalConfig", key) for key in added} if isinstance(added, dict) else {}
    fields = {field: located.at(*route).value for field, route in routes.items()}
    resource = {"apiVersion": spec.api_version, "kind": spec.kind, "metadata": {"name": "values"}}
    if isinstance(written.get("image"), str):
        hint = "write image: {registry: quay.io, repository: prometheus/prometheus, tag: v3.15.0}"
        yield Finding(ID, SEVERITY, "expected object, got string", located.place(("image",)), hint)
    set_ = {field: value for field, value in fields.items() if _is_set(value)}
    for fault in schemas.errors({**resource, "spec": set_}, schema):
        if len(fault.route) > 1:
            yield _finding(located, (*routes[str(fault.route[1])], *fault.route[2:]), fault)


def _is_set(value: Any) -> bool:
    """Whether the chart hands a value on: it leaves out what is empty, and fills in templates itself."""
    return bool(value) and not (isinstance(value, str) and "{{" in value)


def _finding(located: Located, route: Route, fault: schemas.SchemaError) -> Finding:
    unknown = fault.message.startswith(("unknown", "missing"))
    return Finding(ID, SEVERITY, fault.message, located.place(route, key=unknown), fault.hint)
