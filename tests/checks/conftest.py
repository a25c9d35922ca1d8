"""Fixtures of the tests about checks."""

from __future__ import annotations

from tools_support import real_tool

__all__ = ["real_tool"]
