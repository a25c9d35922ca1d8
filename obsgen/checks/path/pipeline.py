"""Pipelines of an OpenTelemetry collector that name something which its configuration does not define."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.hints import did_you_mean
from obsgen.repository import Repository
from obsgen.repository.objects import Located

ID = "path/pipeline"
LEVEL = 5
SEVERITY = Severity.ERROR

_PARTS = ("receivers", "processors", "exporters")
_CONNECTORS = "connectors"
"""What ends one pipeline and begins another one."""


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the name."""
    for config in _configs(repository):
        pipelines = config.at("service", "pipelines")
        for name in pipelines.value if isinstance(pipelines.value, dict) else ():
            for part in _PARTS:
                yield from _unknown(config, part, pipelines.at(name, part), f"pipeline {name}")
        yield from _unknown(config, "extensions", config.at("service", "extensions"), "the service")


def _configs(repository: Repository) -> Iterator[Located]:
    """Those in objects of the collector's operator, and files of their own."""
    for object_ in repository.objects:
        if object_.kind == "OpenTelemetryCollector":
            yield object_.located.at("spec", "config")
    for entry in repository.entries:
        value = entry.document.value
        if isinstance(value, dict) and {"receivers", "exporters", "service"} <= value.keys() and "kind" not in value:
            yield Located(value, entry.document)


def _unknown(config: Located, part: str, named: Located, where: str) -> Iterator[Finding]:
    sections = (part,) if part in ("processors", "extensions") else (part, _CONNECTORS)
    found = (config.at(each).value for each in sections)
    known = sorted(str(key) for section in found if isinstance(section, dict) for key in section)
    for each in named.items():
        if isinstance(each.value, str) and each.value not in known:
            message = f"{where} has no {part.removesuffix('s')} '{each.value}': the collector does not start"
            hint = did_you_mean(each.value, known) or f"define it under {part}, or take it out"
            yield Finding(ID, SEVERITY, message, each.place(), hint)
