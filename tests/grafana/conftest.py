"""The real tools."""

from tools_support import real_tool

__all__ = ["real_tool"]
