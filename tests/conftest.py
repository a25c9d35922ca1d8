"""Options and fixtures of all tests."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tools_support import real_tool

__all__ = ["real_tool"]

# Rendering takes some tens of milliseconds, so time says nothing here; in CI the same examples are tried every time.
_COMMON = {
    "deadline": None,
    "derandomize": os.environ.get("CI", "").lower() in {"true", "1"},
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("default", max_examples=60, **_COMMON)
settings.register_profile("thorough", max_examples=1500, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True)
def garbage_is_collected() -> Iterator[None]:
    """Commands that run in this process switch the collection off: one command makes little, thousands make much."""
    yield
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden trees anew; then run again")
