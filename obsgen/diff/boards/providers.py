"""Providers of Grafana's dashboards: which folder it puts the boards into that it reads from a path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from obsgen.findings import InputError
from obsgen.repository.objects import Located
from obsgen.source import Route, load_text


class Provider(NamedTuple):
    """A provider: its name, its folder, what else is said of it, and the part of an object or file that says so."""

    name: str
    folder: str
    rest: dict[str, Any]
    route: Route


def providers_in(part: Located) -> Iterator[Provider]:
    """The providers of an object or file: in texts for Grafana, and in values of its chart."""
    value = part.value
    if isinstance(value, str) and "providers:" in value and "folder" in value:
        yield from (each._replace(route=part.route) for each in _in_text(value))
    elif isinstance(value, dict):
        for key in value:
            if key == "providers":
                yield from _listed(part.at(key))
            else:
                yield from providers_in(part.at(key))


def _in_text(text: str) -> Iterator[Provider]:
    try:
        documents = load_text(text, "providers.yaml")
    except InputError:
        return
    for each in documents:
        yield from providers_in(Located(each.value, each)) if isinstance(each.value, dict) else ()


def _listed(list_: Located) -> Iterator[Provider]:
    for each in list_.items():
        if isinstance(each.value, dict) and each.value.get("name") and "options" in each.value:
            rest = {key: value for key, value in each.value.items() if key != "folder"}
            yield Provider(str(each.value["name"]), str(each.value.get("folder") or ""), rest, (*each.route, "folder"))
