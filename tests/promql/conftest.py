"""Fixtures of the tests about PromQL."""

from __future__ import annotations

from tools_support import real_tool

__all__ = ["real_tool"]
