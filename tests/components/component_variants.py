"""Every component at every version and option that it knows, rendered into a small stack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from obsgen.components.catalogue import ComponentFolder, catalogue
from obsgen.components.references import signals_of
from obsgen.profile.load import parse_profile
from obsgen.render.grafana.dashboards import Board, boards
from obsgen.render.objects import Rendered, render_objects
from obsgen.render.rules.runbooks import runbook_files
from obsgen.source import load_text, one_document
from obsgen.stack.resolve import resolve_profile

CATALOGUE = catalogue()
CASES = Path(__file__).parent / "cases"
NAMESPACE = "ml"
"""The namespace of every component under test that has no default of its own."""


@dataclass(frozen=True)
class Variant:
    """A component at a version (two during a roll-out), with options and thresholds that differ from the defaults."""

    component: str
    versions: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        chosen = [f"{name}={value}" for name, value in {**self.options, **self.thresholds}.items()]
        return " ".join([self.component, *self.versions, *chosen])


@dataclass(frozen=True)
class Rendering:
    """What a variant became."""

    variant: Variant
    base: Rendered
    boards: list[Board]
    runbooks: dict[str, str]

    def groups(self) -> list[dict[str, Any]]:
        """The groups of all its rules, as a rule file holds them: names are unique over all objects."""
        rules = [each.object for each in self.base.objects if each.object["kind"] == "PrometheusRule"]
        return [
            {**group, "name": f"{rule['metadata']['name']}-{group['name']}"}
            for rule in rules
            for group in rule["spec"]["groups"]
        ]


def on_logs(folder: ComponentFolder) -> set[str]:
    """The alerts of a component that Loki evaluates: promtool cannot fire them."""
    lines = {name for name, signal in folder.signals.items() if any(row.log for row in signal.series)}
    return {key for key, alert in folder.alerts.items() if lines & {name for _, name in signals_of(alert)}}


@cache
def companion(name: str) -> dict[str, Any]:
    """What the tests know of a component besides its folder: tests/components/cases/<component>.yaml."""
    path = CASES / f"{name}.yaml"
    if not path.exists():
        return {}
    documents = load_text(path.read_text(encoding="utf-8"), path.name, frozenset({"version"}))
    return dict(one_document(documents, path.name, "cases").value)


def variants(folder: ComponentFolder) -> Iterator[Variant]:
    """Every known version with each of the choices, and one roll-out."""
    known = folder.component.versions.known if folder.component.versions else ()
    for versions in [*((version,) for version in known), *([(known[0], known[-1])] if len(known) > 1 else [])] or [()]:
        for options in choices(folder):
            yield Variant(folder.name, versions, options)


def choices(folder: ComponentFolder) -> Iterator[dict[str, Any]]:
    """The default options, and each other value of each option that changes what is rendered."""
    yield {}
    for name, option in folder.component.options.items():
        if is_felt(folder, name):
            yield from ({name: value} for value in option.values or () if value != option.default)


def is_felt(folder: ComponentFolder, option: str) -> bool:
    """Whether a file of the component speaks of an option, or a signal that some sentence may speak of needs it."""
    said = re.compile(rf"\boptions\.{option}\b")
    if any(said.search(folder.text(file)) for file in folder.files if file != "signals.yaml"):
        return True
    needing = {name for name, signal in folder.signals.items() for row in signal.series if said.search(row.when or "")}
    return bool(needing & _words())


@cache
def _words() -> frozenset[str]:
    """All words of the components' files but those with the signals themselves."""
    texts = (each.text(file) for each in CATALOGUE.all() for file in each.files if file != "signals.yaml")
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


def renderings(folder: ComponentFolder) -> Iterator[Rendering]:
    """All variants of a component, rendered."""
    return (rendering(variant) for variant in variants(folder))


def rendering(variant: Variant, more: Mapping[str, Any] | None = None) -> Rendering:
    """A variant, rendered once; `more` is laid on its profile."""
    return Rendering(variant, *_rendered(json.dumps(_merged(profile(variant), more or {})), str(variant)))


@cache
def _rendered(text: str, told: str) -> tuple[Rendered, list[Board], dict[str, str]]:
    stack, _ = resolve_profile(parse_profile(text, told), CATALOGUE)
    drawn = boards([stack])
    base = render_objects(stack, drawn)
    return base, drawn, runbook_files({"": (stack, base.alerts)})


def profile(variant: Variant) -> dict[str, Any]:
    """A profile with this component at work, and with what it may speak of: a model server, GPUs, nodes."""
    folder = CATALOGUE.get(variant.component)
    own = companion(variant.component)
    server: dict[str, Any] = {"name": folder.name, "type": folder.name}
    if variant.versions:
        server["version"] = list(variant.versions)
    for key, chosen in (("options", variant.options), ("thresholds", variant.thresholds)):
        if chosen:
            server[key] = dict(chosen)
    if folder.objectives:
        server["objectives"] = {name: {} for name in folder.objectives}
    stack: dict[str, Any] = {
        "apiVersion": "obsgen.dev/v1alpha1",
        "kind": "Profile",
        "stack": "demo",
        "namespaces": {"monitoring": "monitoring", "models": NAMESPACE},
        "kubernetes": {"nodes": True},
        "runbooks": {"baseURL": "https://runbooks.example.org"},
        "modelServers": [{"name": "other", "type": "vllm", "objectives": {"queue": {}}}],
        "gpuExporter": {"type": "dcgm"},
    }
    return _merged(_with_server(stack, folder, _merged(server, own.get("server", {}))), own.get("profile", {}))


def _with_server(stack: dict[str, Any], folder: ComponentFolder, server: dict[str, Any]) -> dict[str, Any]:
    role = folder.component.role
    if role == "modelServer":
        return stack | {"modelServers": [server]}
    if role == "application":
        return stack | {"applications": [server]}
    if role == "gpuExporter":
        return stack | {"gpuExporter": server}
    if role == "exporter":
        return stack | {"exporters": [server]}
    if role == "provider":
        return stack | {"providers": [{"covers": list(folder.component.covers), **server}]}
    return stack


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings, the second one winning key by key."""
    result = dict(below)
    for key, value in above.items():
        inner = result.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        result[key] = _merged(inner, value) if both else value  # type: ignore[arg-type]  # mypy cannot see `both`
    return result
