"""How Prometheus finds what it scrapes: monitors, ScrapeConfig objects, or jobs in a file or in values."""

from __future__ import annotations

from typing import Any

from obsgen.render.manifest import Manifest
from obsgen.render.targets.monitors import monitors
from obsgen.render.targets.scrape_jobs import scrape_configs, scrape_jobs
from obsgen.stack.model import Stack


def target_objects(stack: Stack) -> list[Manifest]:
    """The objects that describe targets, if objects do."""
    made = {"monitors": monitors, "scrapeConfigs": scrape_configs}.get(stack.settings.prometheus.described_by)
    return made(stack) if made else []


def job_names(stack: Stack) -> dict[str, Any]:
    """The scrape jobs, if jobs describe targets, and the Secrets whose files they read."""
    if stack.settings.prometheus.described_by != "jobs":
        return {"scrape_jobs": [], "job_secrets": []}
    asked = (each.target.authorization for each in stack.instances if each.target and each.target.authorization)
    return {"scrape_jobs": scrape_jobs(stack), "job_secrets": sorted({each["secret"] for each in asked})}
