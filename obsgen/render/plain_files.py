"""Files of an environment that no Kubernetes object holds: prometheus.yml, and rules where there is no operator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from obsgen.components.structure import render_value
from obsgen.render.manifest import Manifest
from obsgen.render.templates import context_of
from obsgen.stack.model import Stack

Files = dict[str, Any]
"""What stands in files, by their paths below `out/<stack>`."""


def plain_files(stack: Stack, extra: Mapping[str, Any], rules: Iterable[Manifest]) -> Files:
    """The files of an environment; none for the base, which is no place that anything runs at."""
    if stack.environment is None:
        return {}
    return dict([*_of_components(stack, extra), *(_rule_files(stack, rules) if _reads_files(stack) else ())])


def objects_of(stack: Stack, rules: list[Manifest]) -> list[Manifest]:
    """The rules that are objects: all, or none where Prometheus reads files."""
    return [] if _reads_files(stack) else rules


def _reads_files(stack: Stack) -> bool:
    return stack.settings.prometheus.mode == "files"


def _of_components(stack: Stack, extra: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for instance in stack.instances:
        for name, template in instance.folder.plain.items():
            origin, context = instance.folder.origin(f"plain/{name}.yaml"), context_of(instance, extra)
            if origin.at("when").holds(template.when, context):
                path = f"{instance.folder.name}/{stack.environment}/{template.file}"
                yield path, render_value(template.content, origin.at("content"), context)


def _rule_files(stack: Stack, rules: Iterable[Manifest]) -> Iterator[tuple[str, Any]]:
    for each in rules:
        name = each.object["metadata"]["name"]
        yield f"prometheus/{stack.environment}/rules/{name}.yml", {"groups": each.object["spec"]["groups"]}
