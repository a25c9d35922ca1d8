"""What runs, as facts say it."""

from __future__ import annotations

from obsgen.facts import Facts
from obsgen.facts.model import Running


def running(*versions: str, **options: object) -> Facts:
    """Facts that say which versions of the tests' component run, and with which options."""
    return Facts.model_construct(servers=(Running(component="oven", versions=versions, options=options),))
