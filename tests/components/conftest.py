"""Fixtures of the tests about components."""

from __future__ import annotations

from tools_support import real_tool

__all__ = ["real_tool"]
