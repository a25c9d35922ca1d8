"""Small stacks of shipped components with Grafana in every delivery, rendered in process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from obsgen import pipeline
from obsgen.findings import Finding, InputError
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile
from obsgen.source import load_text

DELIVERIES = ("operator", "provisioned", "values", "sidecar")
SECRET = "clusters"  # a Secret's name
EVERY_KIND: dict[str, Any] = {
    "apiVersion": "obsgen.dev/v1alpha1",
    "kind": "Profile",
    "stack": "demo",
    "cluster": {"name": "ml"},
    "prometheus": {"mode": "managed"},
    "alertmanager": {"receivers": {"chat": {"slack": {"channel": "#a", "url": {"secret": "keys", "key": "slack"}}}}},
    "logs": {"url": "http://loki.logs.svc:3100", "collector": "alloy"},
    "traces": {"type": "tempostack"},
    "longTerm": {"objectStorage": {"secret": "blocks"}},
    "modelServers": [{"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "vllm"}, "port": "http"}],
}
"""A stack that has everything which Grafana may ask."""
OPENSHIFT: dict[str, Any] = {
    **{key: EVERY_KIND[key] for key in ("apiVersion", "kind", "stack", "modelServers", "traces")},
    "cluster": {"name": "ml", "provider": "openshift"},
    "prometheus": {"mode": "openshift"},
}


def profile(grafana: Mapping[str, Any], below: Mapping[str, Any] = EVERY_KIND, **more: Any) -> str:
    return json.dumps({**below, "grafana": dict(grafana), **more})


@cache
def rendered(text: str) -> StackTree:
    return pipeline.render(parse_profile(text, "profile.yaml"))


def findings(text: str) -> list[Finding]:
    """Everything that is wrong with a profile."""
    try:
        rendered(text)
    except InputError as problem:
        return list(problem.findings)
    return []


def objects(tree: StackTree, kind: str) -> dict[str, dict[str, Any]]:
    """The objects of a kind by name."""
    base = tree.environments["prod"]
    found = (each.object for each in (*base.objects, *base.board_maps))
    return {each["metadata"]["name"]: dict(each) for each in found if each["kind"] == kind}


def yaml(text: str) -> Any:
    (document,) = load_text(text, "file.yaml")
    return document.value


def values(tree: StackTree) -> Any:
    return yaml(tree.files["values/prod.yaml"].decode())


def sources(tree: StackTree) -> dict[str, Any]:
    """The datasources that Grafana ends up with, by uid, as it reads them: whatever expands a text has done so."""
    settings = tree.environments["prod"].stack.settings.grafana
    if settings.delivery == "operator":
        specs = [each["spec"] for each in objects(tree, "GrafanaDatasource").values()]
        return {each["uid"]: each["datasource"] | {"uid": each["uid"]} for each in specs}
    if settings.delivery == "values":
        found = values(tree)["grafana"]["additionalDataSources"]
        return {each["uid"]: expanded(helm(each)) for each in found}
    (config,) = (each for name, each in objects(tree, "ConfigMap").items() if name.endswith("datasources"))
    (text,) = config["data"].values()
    return {each["uid"]: expanded(each) for each in yaml(text)["datasources"]}


def expanded(value: Any) -> Any:
    """A value of a provisioning file as Grafana reads it: no variable of the environment is set, $$ is a dollar.

    pkg/services/provisioning/values/values.go of Grafana: texts are split at $$, the parts expanded, joined by $.
    """
    if isinstance(value, dict):
        return {key: expanded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [expanded(inner) for inner in value]
    return "$".join(map(_without_variables, value.split("$$"))) if isinstance(value, str) else value


def _without_variables(text: str) -> str:
    before, dollar, after = text.partition("$__file{")
    if dollar:
        return before + dollar + after
    return text.split("$")[0] + "".join(part.lstrip("{_abcdefghijklmnopqrstuvwxyz.}") for part in text.split("$")[1:])


def helm(value: Any) -> Any:
    """A value after Helm rendered it as a template whose only actions are quoted braces."""
    if isinstance(value, dict):
        return {key: helm(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [helm(inner) for inner in value]
    return value.replace("{{`{{`}}", "{{") if isinstance(value, str) else value
