"""Fixtures of the tests about LogQL."""

from __future__ import annotations

import pytest
from logql_support import Asked, ask
from tools_support import real_tool

from obsgen import tools

__all__ = ["loki", "real_tool"]


@pytest.fixture(scope="session")
def loki(real_tool: object) -> Asked:
    """A function from expressions to what Loki's own parser says of each."""
    tool = real_tool("logql")  # type: ignore[operator]
    assert isinstance(tool, tools.Tool)
    return lambda texts: ask(tool, texts)
