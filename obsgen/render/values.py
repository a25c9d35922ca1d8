"""Values for a Helm chart: what each component adds, merged into one mapping that stands whole in `values/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsgen.components.catalogue import VALUES
from obsgen.components.origin import Origin
from obsgen.components.structure import render_value
from obsgen.findings import Faults
from obsgen.render.templates import context_of
from obsgen.stack.model import Instance, Stack


def helm_values(stack: Stack, extra: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a stack, empty where no component adds any; InputError where two want different things."""
    merged: dict[str, Any] = {}
    with Faults() as faults:
        faults.each(_added(stack, extra), lambda each: _merge(merged, *each))
    return merged


def _added(stack: Stack, extra: Mapping[str, Any]) -> Iterator[tuple[Any, Origin]]:
    for instance in stack.instances:
        template, context = instance.folder.values, context_of(instance, extra)
        origin = instance.folder.origin(VALUES)
        if template and origin.at("when").holds(template.when, context):
            yield _rendered(instance, template.values, context), origin.at("values")


def _rendered(instance: Instance, values: Mapping[str, Any], context: Mapping[str, Any]) -> Any:
    return render_value(values, instance.folder.origin(VALUES, "values"), context)


def _merge(below: dict[str, Any], added: Mapping[str, Any], origin: Origin) -> None:
    """Lays one component's values beside the others': mappings merge, lists are joined, all else must agree."""
    for key, value in added.items():
        known = below.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value, origin.at(key))
        elif isinstance(known, list) and isinstance(value, list):
            below[key] = [*known, *value]
        elif key in below and known != value:
            origin.at(key).refuse("component/values", f"another component sets '{key}' to something else", key=True)
        else:
            below[key] = value
