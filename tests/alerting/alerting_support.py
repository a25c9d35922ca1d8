"""A small stack of shipped components with an Alertmanager, rendered in process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from obsgen import pipeline
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile

KEYS = "alertmanager-keys"
PROFILE: dict[str, Any] = {
    "apiVersion": "obsgen.dev/v1alpha1",
    "kind": "Profile",
    "stack": "demo",
    "namespaces": {"monitoring": "monitoring"},
    "prometheus": {"selectorLabels": {"release": "monitoring"}},
    "cluster": {"name": "ml-prod"},
    "kubernetes": {"nodes": True},
    "modelServers": [{"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "vllm"}, "port": "http"}],
    "gpuExporter": {"type": "dcgm"},
    "alertmanager": {
        "receivers": {
            "chat": {"slack": {"channel": "#alerts", "url": {"secret": KEYS, "key": "slack-url"}}},
            "pager": {"pagerduty": {"routingKey": {"secret": KEYS, "key": "pagerduty-key"}}},
        },
        "severities": {"critical": "pager"},
        "heartbeat": {"receiver": "chat"},
    },
}


def laid_on(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings, the second one winning key by key."""
    both = {key: laid_on(below[key], value) for key, value in above.items() if _are_mappings(below.get(key), value)}
    return {**below, **above, **both}


def _are_mappings(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)


def tree(changes: Mapping[str, Any] | None = None) -> StackTree:
    """The tree of the profile with changes."""
    return _tree(json.dumps(laid_on(PROFILE, changes or {})))


@cache
def _tree(text: str) -> StackTree:
    return pipeline.render(parse_profile(text))


def objects(made: StackTree, kind: str) -> list[dict[str, Any]]:
    """The objects of a kind in the environment prod."""
    return [each.object for each in made.environments["prod"].objects if each.object["kind"] == kind]


def write(made: StackTree, folder: Path) -> Path:
    """Writes the files of a tree; gives the folder back."""
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
