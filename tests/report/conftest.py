"""Fixtures of the tests about reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_samples import RULES


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file of rules in an otherwise empty working folder."""
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(RULES, encoding="utf-8")
    return "rules.yaml"
