"""What components add to the profile's JSON Schema: types, and for each of them its own settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from obsgen.components.catalogue import ComponentFolder
from obsgen.components.head import Option, Threshold

Node = dict[str, Any]
"""A schema, or a part of one."""
REF = "#/$defs/"

_ROLES = {
    "ModelServer": "modelServer",
    "GpuExporter": "gpuExporter",
    "Exporter": "exporter",
    "Provider": "provider",
    "Application": "application",
    "Runtime": "modelServer",
}


def add_components(schema: Node, folders: Sequence[ComponentFolder]) -> None:
    """Makes components the choices of `type`, and their options, thresholds, alerts and objectives known by name."""
    definitions, properties = schema["$defs"], schema["properties"]
    definitions |= {_definition(folder): _settings(folder) for folder in folders}
    for name, role in _ROLES.items():
        _tell_apart(definitions[name], [folder for folder in folders if folder.component.role == role])
    _add_platform(properties, definitions, [folder for folder in folders if folder.component.role == "platform"])
    alerts = {name: node for folder in folders for name, node in _alerts(folder).items()}
    properties["alerts"]["properties"] = alerts
    _show(properties, "alerts", alerts, {"for": "10m", "severity": "warning"})
    _show(properties, "dashboards", [name for folder in folders for name in folder.dashboards], {"enabled": False})
    price = {"a-model": {"input": "2.50USD/Mtok", "output": "10USD/Mtok"}}
    _show(properties, "prices", [name for folder in folders for name in folder.component.covers], price)


def _tell_apart(definition: Node, folders: Sequence[ComponentFolder]) -> None:
    """The components of a role as types, each of which brings its own settings."""
    properties = definition["properties"]
    properties["type"]["enum"] = [folder.name for folder in folders]
    properties["type"]["enumDescriptions"] = [_described(folder) for folder in folders]
    known = sorted({name for folder in folders for name in folder.component.thresholds})
    properties["thresholds"]["propertyNames"] = {"enum": known}
    definition["allOf"] = [
        {
            "if": {"properties": {"type": {"const": folder.name}}, "required": ["type"]},
            "then": {"$ref": REF + _definition(folder)},
        }
        for folder in folders
    ]
    for folder in sorted(folders, key=_last_as_example)[:1]:
        properties["type"]["examples"] = [folder.name]
        _show_settings(properties, folder)
        if "covers" in properties:
            properties["covers"]["examples"] = [list(folder.component.covers[:1])]


def _last_as_example(folder: ComponentFolder) -> tuple[bool, bool]:
    """Orders components: the one that is proposed, then those that have something to set."""
    return not folder.component.starter, not folder.component.thresholds


def _add_platform(properties: Node, definitions: Node, folders: Sequence[ComponentFolder]) -> None:
    """The components that need no listing, by name."""
    listed = {
        folder.name: {
            "description": _described(folder),
            "allOf": [{"$ref": f"{REF}PlatformSettings"}, {"$ref": REF + _definition(folder)}],
        }
        for folder in folders
    }
    properties["platform"] |= {"properties": listed, "propertyNames": {"enum": list(listed)}}
    for folder in sorted(folders, key=lambda folder: not folder.component.thresholds)[:1]:
        settings = definitions["PlatformSettings"]["properties"]
        _show_settings(settings, folder)
        shown = {key: settings[key]["examples"][0] for key in ("thresholds",) if "examples" in settings[key]}
        properties["platform"]["examples"] = [{folder.name: shown}]


def _definition(folder: ComponentFolder) -> str:
    return f"component-{folder.name}"


def _settings(folder: ComponentFolder) -> Node:
    """What a profile may choose of one component."""
    component = folder.component
    settings = {
        "options": {name: _option(option) for name, option in component.options.items()},
        "thresholds": {name: _threshold(limit) for name, limit in component.thresholds.items()},
        "alerts": _alerts(folder),
        "objectives": {name: {"description": each.title} for name, each in folder.objectives.items()},
    }
    properties: Node = {
        key: {"description": f"{key} of {component.title}", "properties": each, "additionalProperties": False}
        for key, each in settings.items()
    }
    if component.versions:
        known = list(component.versions.known)[::-1]
        properties["version"] = {"description": f"known of {component.title}: {', '.join(known)}", "examples": known}
    return {"description": _described(folder), "properties": properties}


def _option(option: Option) -> Node:
    choices = {"enum": list(option.values)} if option.values else {}
    default = {} if option.default is None else {"default": option.default}
    return {"description": option.help, **choices, **default}


def _threshold(limit: Threshold) -> Node:
    described = f"{limit.help} ({limit.unit}, {limit.default} by default)"
    return {"description": described, "type": ["string", "number"], "default": limit.default}


def _alerts(folder: ComponentFolder) -> Node:
    """The alerts of a component by name, each with what it says."""
    texts = {name: alert.summary for name, alert in folder.alerts.items()}
    texts |= {each.alert: f"its error budget is used up too fast: {each.title}" for each in folder.objectives.values()}
    return {name: {"description": _filled_in(text)} for name, text in sorted(texts.items())}


def _show_settings(properties: Node, folder: ComponentFolder) -> None:
    """Gives the keys of settings an example: the component's first option, threshold, alert."""
    for key, settings in _settings(folder)["properties"].items():
        for name, node in settings.get("properties", {}).items():
            _show(properties, key, [name], node.get("default", {}))


def _show(properties: Node, key: str, names: Sequence[str] | Mapping[str, Any], value: Any) -> None:
    """Gives a key an example, unless it has one or is not there: the first of the names, with a value."""
    for name in list(names)[:1] if key in properties else ():
        properties[key].setdefault("examples", [{name: value}])


def _described(folder: ComponentFolder) -> str:
    """A component's title and the first sentence of its description."""
    sentence, *_ = re.split(r"(?<=\.)\s", folder.component.description.strip())
    return f"{folder.component.title}: {sentence}"


def _filled_in(template: str) -> str:
    """A template as a text: what is filled in is named."""
    return re.sub(r"<<\s*(.*?)\s*>>", r"\1", template)
