"""Fixtures of the tests about kustomize: trees of files, built in process and by the real tool."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kustomize_support import Content, Real, Tree, write
from tools_support import real_tool

from obsgen.tools import Tool

__all__ = ["real_tool"]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Writes files, by path, below a fresh directory and returns it."""

    def make(files: dict[str, Content]) -> Path:
        write(tmp_path, files)
        return tmp_path

    return make


@pytest.fixture(scope="session")
def kustomize(real_tool: Callable[[str], Tool]) -> Real:
    """The real kustomize."""
    return Real(real_tool("kustomize"))
