"""Limits of samples that an exporter's page surely passes: then the whole scrape fails."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import Located
from obsgen.signalpath.monitors import Endpoint

ID = "path/sample-limit"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error where even one series of each kind is more than the limit."""
    for feeds in repository.feeds:
        for endpoint in feeds.graph.endpoints:
            limit = _limit(endpoint)
            least = feeds.samples(endpoint) if limit is not None else 0
            if limit is not None and least > limit.value:
                message = f"a page has {least} samples at least, and more than {limit.value} fail the whole scrape"
                yield Finding(ID, SEVERITY, message, limit.place(), "raise the limit, or drop what nobody asks for")


def _limit(endpoint: Endpoint) -> Located | None:
    found = endpoint.monitor.spec.at("sampleLimit") if endpoint.monitor else endpoint.at("sampleLimit")
    return found if isinstance(found.value, int) and found.value > 0 else None
