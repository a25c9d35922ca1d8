"""The Alertmanager that kube-prometheus-stack brings: what its own values are, where those of the files leave them.

Source: prometheus-community/helm-charts, charts/kube-prometheus-stack/values.yaml, `alertmanager.config`: the outermost
receiver is "null", and so is that of its only route. Helm lays mappings on each other and replaces lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from obsgen.facts import tree_facts
from obsgen.repository.alerting.destinations import Alerting
from obsgen.repository.objects import KubeObject, Located

_OTHERS = ("alertingEndpoints", "additionalAlertManagerConfigs", "additionalAlertManagerConfigsSecret")
"""Keys of prometheusSpec by which alerts go to other Alertmanagers."""
_OWN = ("useExistingSecret", "configSecret", "alertmanagerConfiguration", "alertmanagerConfigSelector")
"""Keys of alertmanagerSpec by which its configuration comes from elsewhere."""
_MORE = ("valueFiles", "values", "parameters", "fileParameters")
"""Keys of Argo CD's `helm`, by which further values come from elsewhere."""


def silent(values: Iterable[Located], objects: Iterable[KubeObject], alerting: Alerting) -> Iterator[Located]:
    """Values that leave the chart's Alertmanager as it is, where nothing else of the files tells anybody of alerts."""
    known, holders = list(values), list(objects)
    for each in known:
        tree = tree_of(each)
        routed = any(one.tree == tree for one in alerting.destinations)
        laid = [each] if tree else [one for one in known if tree_of(one) is None]
        if not routed and all(map(_is_left, laid)) and not _has_more(each, holders):
            yield each


def tree_of(values: Located) -> Path | None:
    """The rendered tree that values stand in."""
    found = tree_facts(Path(values.file))
    return found[0] if found else None


def _is_left(values: Located) -> bool:
    """Whether values leave the chart's Alertmanager, and who gets the alerts of its Prometheus, as they are."""
    alertmanager, prometheus = _mapping(values, "alertmanager"), _mapping(values, "prometheus")
    if alertmanager.get("enabled") is False or prometheus.get("enabled") is False or prometheus.get("agentMode"):
        return False
    spec, own = _mapping(values, "prometheus", "prometheusSpec"), _mapping(values, "alertmanager", "alertmanagerSpec")
    elsewhere = any(map(spec.get, _OTHERS)) or any(map(own.get, _OWN)) or alertmanager.get("stringConfig")
    return not elsewhere and "route" not in _mapping(values, "alertmanager", "config")


def _mapping(values: Located, *route: str) -> Mapping[str, Any]:
    found = values.at(*route).value
    return found if isinstance(found, dict) else {}


def _has_more(values: Located, objects: Iterable[KubeObject]) -> bool:
    """Whether the object that values stand in takes others from elsewhere."""
    for each in objects:
        if each.located.where is values.where and values.route[: len(each.located.route)] == each.located.route:
            spec = each.located.at("spec")
            sources = (spec.at("source"), *spec.at("sources").items())
            more = (one.at("helm", key).value for one in sources for key in _MORE)
            return bool(spec.at("valuesFrom").value) or any(more)
    return False
