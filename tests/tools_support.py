"""The real tools in tests: present, or the test says why not."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from obsgen import tools


@pytest.fixture(scope="session")
def real_tool() -> Callable[[str], tools.Tool]:
    """A function from a tool's name to the tool; where it is absent, the test is skipped.

    With OBSGEN_REQUIRE_TOOLS=1, as in CI, an absent tool is a failure: there, a skipped proof would go unnoticed.
    """

    def have(name: str) -> tools.Tool:
        tool = tools.find(name)
        if tool is None and os.environ.get("OBSGEN_REQUIRE_TOOLS") == "1":
            pytest.fail(f"{name} is required here and absent: obsgen tools install {name}")
        return tool or pytest.skip(f"{name} is absent: obsgen tools install {name}")

    return have
