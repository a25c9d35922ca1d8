"""The golden trees: small profiles, and what is expected of each."""

from __future__ import annotations

from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


def case_profile(name: str) -> str:
    """The profile of a case."""
    return (GOLDEN / name / "profile.yaml").read_text()
