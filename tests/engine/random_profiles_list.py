"""The same few random profiles in every run, for the tools that are too slow for hundreds."""

from __future__ import annotations

import sys
from pathlib import Path

from engine_support import as_yaml
from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.append(str(Path(__file__).parents[1] / "properties"))
from random_profiles import Data, profiles


def sample(count: int) -> list[str]:
    """So many profiles as text, all different."""
    found: dict[str, None] = {}

    @seed(2)
    @settings(max_examples=10 * count, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(profiles())
    def collect(data: Data) -> None:
        found.setdefault(as_yaml(data))

    collect()
    texts = sorted(found, key=len)
    return texts[len(texts) % count :: len(texts) // count]
