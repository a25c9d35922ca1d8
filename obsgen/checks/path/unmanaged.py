"""A Prometheus without any selector of monitors: the operator leaves its configuration to somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository

ID = "path/unmanaged"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the Prometheus, if there is anything for it to load."""
    for graph in (each.graph for each in repository.feeds):
        for one in graph.prometheuses:
            has_more = one.spec.get("additionalScrapeConfigs") is not None or one.selector("rule") is not None
            place = one.place()
            if place and one.is_unmanaged and (graph.monitors or graph.rules or has_more):
                message = f"{one} has no selector of monitors, so that the operator configures nothing of it"
                hint = "monitors, rules and additionalScrapeConfigs are all left out: write serviceMonitorSelector: {}"
                yield Finding(ID, SEVERITY, message, place, hint)
