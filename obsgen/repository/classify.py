"""What a document is: an object, a kustomization, Prometheus rules, a dashboard, or something else by name."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from obsgen.conventions import API_VERSION
from obsgen.facts.model import KIND
from obsgen.repository.chartvalues import CHART, is_values
from obsgen.repository.files import KUSTOMIZATION_NAMES

ALERTMANAGER = "Alertmanager configuration"
ROUTE_CASES = "route cases"
PROMETHEUS = "Prometheus configuration"
CHART_VALUES = f"values of {CHART}"
FACTS = "facts"
PROFILE = "profile (obsgen render --check)"
_PLAIN = ("dashboard", "incomplete manifest", "kustomization", "manifest", "patch", "rules")
CHECKED = frozenset((ALERTMANAGER, CHART_VALUES, FACTS, PROMETHEUS, ROUTE_CASES, *_PLAIN))
"""What checks look at; every other kind of document is named so that a list of what they leave out can be read."""

OTHER = "no object, rules or dashboard"
_VALUES = re.compile(r"values([.-].*)?\.ya?ml")
_OTHERS = (
    ({"rule_files", "tests"}, "promtool tests"),
    *(({"scrape_configs", key}, "Promtail configuration") for key in ("client", "clients", "positions", "server")),
    ({"scrape_configs"}, PROMETHEUS),
    ({"route", "receivers"}, ALERTMANAGER),
    ({"configuration", "cases"}, ROUTE_CASES),
)


def kind_of(file: str, value: Any) -> str:
    """One of `CHECKED`, `empty`, or the name of something else."""
    if value is None:
        return "empty"
    if PurePath(file).name in KUSTOMIZATION_NAMES or _is_kustomize(value):
        return "kustomization"
    if isinstance(value, list):
        return "patch" if value and all(isinstance(item, dict) and "op" in item for item in value) else OTHER
    if not isinstance(value, dict):
        return OTHER
    if value.get("apiVersion") == API_VERSION:
        if value.get("kind") == KIND:
            return FACTS
        return PROFILE
    if isinstance(value.get("apiVersion"), str) and isinstance(value.get("kind"), str):
        return "manifest"
    if _is_rules(value):
        return "rules"
    if is_dashboard(value) or is_dashboard(value.get("dashboard")):
        return "dashboard"
    return _other(file, value)


def is_dashboard(value: Any) -> bool:
    """Whether a value is a Grafana dashboard."""
    panels = value.get("panels", value.get("rows")) if isinstance(value, dict) else None
    if not isinstance(panels, list):
        return False
    queries = any(isinstance(each, dict) and {"targets", "type"} <= each.keys() for each in panels)
    return queries or any(key in value for key in ("schemaVersion", "templating", "title", "uid"))


def _is_kustomize(value: Any) -> bool:
    return isinstance(value, dict) and str(value.get("apiVersion", "")).startswith("kustomize.config.k8s.io/")


def _is_rules(value: dict[str, Any]) -> bool:
    groups = value.get("groups")
    return isinstance(groups, list) and any(isinstance(group, dict) and "rules" in group for group in groups)


def _other(file: str, value: dict[str, Any]) -> str:
    if PurePath(file).name in ("Chart.yaml", "Chart.yml"):
        return "Helm chart"
    if "apiVersion" in value or "kind" in value:
        return "incomplete manifest" if "metadata" in value or "spec" in value else OTHER
    if PurePath(file).stem == "alertmanager" and value.keys() & {"route", "receivers"}:
        return ALERTMANAGER
    if is_values(value):
        return CHART_VALUES
    if _VALUES.fullmatch(PurePath(file).name) or PurePath(file).parent.name == "values":
        return "Helm values"
    return next((name for keys, name in _OTHERS if keys <= value.keys()), OTHER)
