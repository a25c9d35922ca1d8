"""Fixtures of the tests about real tools."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pretended import Machine
from tools_support import real_tool

from obsgen.tools import locate

__all__ = ["real_tool"]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    machine.bin.mkdir()
    for name in ("sh", "cat", "chmod", "cp", "env", "mkdir", "sleep"):
        (machine.bin / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(machine.bin))
    monkeypatch.setenv("OBSGEN_CACHE", str(machine.cache))
    locate._asked.cache_clear()
    return machine
