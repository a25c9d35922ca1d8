"""The real tools for the tests that compare with them, and the generator's modules for its own tests."""

from __future__ import annotations

import sys
from pathlib import Path

from tools_support import real_tool

__all__ = ["real_tool"]

# The generator is a script beside the package, not a part of it.
sys.path.append(str(Path(__file__).parents[2] / "scripts" / "schemas"))
