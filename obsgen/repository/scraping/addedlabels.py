"""Labels that scraping adds to series: those that monitors and scrape jobs write, and external ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from obsgen.facts import Facts
from obsgen.knowledge.carried import Added

MONITORS = frozenset(("ServiceMonitor", "PodMonitor", "Probe", "ScrapeConfig", "Prometheus", "PrometheusAgent"))
"""Kinds of objects that say which labels series are given."""
_NAMES = frozenset(("targetLabel", "target_label", "jobLabel"))
_LISTS = frozenset(("targetLabels", "podTargetLabels"))
_MAPS = frozenset(("externalLabels", "external_labels", "labels"))


def added_labels(values: Iterable[Any], facts: Iterable[Facts]) -> Added:
    """What the values of monitors and scrape jobs add, and what facts say of a Prometheus elsewhere."""
    names: set[str] = set()
    anything = False
    for key, value in (pair for each in values for pair in _settings(each)):
        anything = anything or (key == "action" and str(value).lower() == "labelmap")
        names.update(_written(key, value))
    for each in facts:
        names.update(each.prometheus.external_labels if each.prometheus else ())
    return Added(frozenset(names), anything)


def _written(key: str, value: Any) -> list[str]:
    if key in _NAMES:
        return [str(value)]
    if key in _LISTS and isinstance(value, list):
        return [str(each) for each in value]
    return [str(name) for name in value] if key in _MAPS and isinstance(value, dict) else []


def _settings(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key below a value with what it is set to."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield str(key), below
            yield from _settings(below)
    elif isinstance(value, list):
        for each in value:
            yield from _settings(each)
