"""A stack with one component and its defaults, so that an explanation can show what really comes out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any, NamedTuple

from obsgen.components.catalogue import Catalogue, ComponentFolder
from obsgen.conventions import API_VERSION
from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.render.rules.alerts import RenderedAlert, alerts
from obsgen.stack.model import Stack
from obsgen.stack.resolve import resolve_profile

Options = Mapping[str, Any]


_RECEIVERS = {"oncall": {"webhook": {"url": "https://example.org/alerts"}}}
_OTHER = {"name": "other", "url": "https://prometheus.example.org"}
_PLATFORM = {
    "kubernetes": {"nodes": True},
    "prometheus": {"mode": "managed", "remoteWrite": [_OTHER], "federate": [_OTHER]},
    "longTerm": {"objectStorage": {"secret": "object-storage"}, "rule": True},
    "grafana": {"delivery": "provisioned"},
    "traces": {"type": "tempostack"},
    "alertmanager": {"receivers": _RECEIVERS, "heartbeat": {"receiver": "oncall"}},
}
"""What makes components of the platform active."""


class Example(NamedTuple):
    """A component at work: the stack, its alerts by their name in the component, and the options that were chosen."""

    stack: Stack
    alerts: Mapping[str, RenderedAlert]
    options: Options


def example(folder: ComponentFolder, known: Catalogue, options: Options) -> Example | None:
    """The component with these options, newest version; None if it makes no stack by itself."""
    try:
        profile = parse_profile(json.dumps(_profile(folder, options) | _priced(folder, known)))
        stack, _ = resolve_profile(profile, known)
        found = {alert.key: alert for alert in alerts(stack) if alert.instance.folder.name == folder.name}
    except InputError:
        return None
    return Example(stack, found, options)


def example_with(alert: str, folder: ComponentFolder, known: Catalogue) -> Example | None:
    """The component with the fewest options that it takes for this alert; None if more than two must differ."""
    tried = (example(folder, known, options) for options in _choices(folder))
    return next((found for found in tried if found and alert in found.alerts), None)


def _choices(folder: ComponentFolder) -> Iterator[Options]:
    """The defaults, then one option or two at each of their other values."""
    others = {
        name: [value for value in option.values or () if value != option.default]
        for name, option in folder.component.options.items()
    }
    for count in range(3):
        for names in combinations(others, count):
            yield from (dict(zip(names, values, strict=True)) for values in product(*(others[name] for name in names)))


def _profile(folder: ComponentFolder, options: Options) -> dict[str, Any]:
    """A profile with nothing but the component; what it asks of the platform is there."""
    logs = {"logs": {"ruler": "configmap", **({"collector": folder.name} if folder.component.collects else {})}}
    head = {"apiVersion": API_VERSION, "kind": "Profile", "stack": "example", **_PLATFORM, **logs}
    prices = {
        provider: {"a-model": {"input": "1USD/Mtok", "output": "2USD/Mtok"}} for provider in folder.component.covers
    }
    settings: dict[str, Any] = {"options": options}
    if folder.component.role != "platform":
        settings |= {"namespace": "models", "selector": {"app": folder.name}}
    return head | {"prices": prices} | in_profile(folder, settings, len(folder.signals))


def _priced(folder: ComponentFolder, known: Catalogue) -> dict[str, Any]:
    """GPUs with a price, and a team with a budget, for what is there only where those are."""
    exporter = next(iter(known.of_role("gpuExporter")), None)
    if folder.component.role != "platform" or exporter is None:
        return {}
    return {
        "gpuExporter": {"type": exporter},
        "gpuPrices": {"other": "2USD/h"},
        "teams": {"a-team": {"budget": "500USD/day"}},
    }


def _metrics(folder: ComponentFolder) -> dict[str, Any]:
    """A metric for each signal that is a profile's to declare."""
    kinds = {"counter": "_total", "gauge": "", "histogram": "_seconds"}
    return {
        f"example_{name}{kinds[signal.type]}": {
            "type": signal.type,
            "unit": signal.unit,
            "signal": name,
            **({"buckets": [0.1, 0.5, 1, 5, 10]} if signal.type == "histogram" else {}),
        }
        for name, signal in folder.signals.items()
        if not signal.series and signal.type in kinds
    }


def in_profile(folder: ComponentFolder, settings: Mapping[str, Any], metrics: int = 0) -> dict[str, Any]:
    """How a profile uses a component, with settings of its own, and so many of the metrics that it may declare."""
    server: dict[str, Any] = {"name": folder.name, "type": folder.name}
    match folder.component.role:
        case "modelServer":
            return {"modelServers": [server | dict(settings)]}
        case "gpuExporter":
            return {"gpuExporter": server | dict(settings)}
        case "application":
            declared = dict(list(_metrics(folder).items())[:metrics])
            return {"applications": [server | ({"metrics": declared} if declared else {}) | dict(settings)]}
        case "exporter":
            return {"exporters": [server | dict(settings)]}
        case "provider":
            return {"providers": [server | {"covers": list(folder.component.covers)} | dict(settings)]}
    return {"platform": {folder.name: dict(settings)}}
